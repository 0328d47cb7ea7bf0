# Tout ce que dit la page de modération. Mêmes messages, dans le même ordre, que locales/en/moderate.ftl.

## Cadre
skip-to-main = Aller au contenu
nav-label = Navigation
sign-out = Se déconnecter
to-start = Retour au début

## Connexion
sign-in-title = Connexion
sign-in = Se connecter
sign-in-refused = L’adresse et le mot de passe ne vont pas ensemble, ou il y a eu trop d’essais. Vérifiez-les, ou réessayez dans quelques minutes.
sign-in-lost = Mot de passe perdu ? Demandez un nouveau lien à la personne qui gère Tamis.
email = Adresse e-mail
password = Mot de passe

## Invitation
invitation-title = Bienvenue
invitation-text = Bonjour { $name }. Choisissez un mot de passe pour entrer.
invitation-accept = Enregistrer et entrer
invitation-over-title = Ce lien ne sert plus
invitation-over-text = Un lien d’invitation sert une fois, pendant sept jours. Si vous avez déjà choisi un mot de passe, connectez-vous ; sinon, demandez un nouveau lien.
password-new = Nouveau mot de passe
password-rule = 12 caractères ou plus. Une phrase convient très bien.
password-length = Il faut de 12 à 256 caractères.
password-obvious = Celui-ci se devine trop vite : ce ne peut être ni votre adresse, ni votre nom, ni un seul caractère répété.

## Début
home-title = Vos sites
home-empty = Vous n’avez encore de rôle sur aucun site. Demandez-en un à la personne qui gère Tamis.
role-viewer = Vous pouvez regarder
role-moderator = Vous modérez
role-lead = Vous dirigez la modération
role-operator = Vous gérez Tamis

## Quand quelque chose empêche
forbidden-title = Pas avec ce rôle
forbidden-text = Votre rôle ne permet pas de voir ou de faire cela ici.
foreign-title = Formulaire refusé
foreign-text = Ce formulaire ne venait pas d’une page ouverte par vous ici, ou votre session a changé depuis. Rien n’a été fait. Revenez à la page, rechargez-la et recommencez.
unreadable-title = Formulaire illisible
unreadable-text = Ce qui a été envoyé n’a pas pu être lu. Rien n’a été fait. Rechargez la page et recommencez.
away-title = Momentanément indisponible
away-text = La base de données ne répond pas. Rien n’a été fait. Réessayez dans un instant.
missing-title = Rien ici
missing-text = Il n’y a pas de page à cette adresse.
