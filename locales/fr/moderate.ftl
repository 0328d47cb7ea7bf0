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

## File d’attente
queue-title = File d’attente
queue-total = { $count ->
    [0] rien n’attend
    [one] { $count } en attente
   *[other] { $count } en attente
  }
queue-search = Chercher dans la file
queue-find = Chercher
queue-more = La suite
queue-go-on = Rien encore : chercher plus loin
queue-empty = Plus rien n’attend. Bonne journée !
queue-empty-here = Rien ne correspond.
order-oldest = Les plus anciens d’abord
order-doubt = Les plus douteux d’abord
filter-page = Sur la page { $name }
filter-reason = Pour la raison { $name }
filter-author = De { $name }
filter-same-author = De cet auteur
filter-none = Tout voir
filter-like = { $count ->
    [one] Décider pour { $count } commentaire
   *[other] Décider pour les { $count } ensemble
  }
facet-reasons = Par raison
facet-pages = Par page
facet-campaigns = Par campagne
facet-campaign = Même texte, { $name }
filter-campaign = Le même texte, ou presque
page-unnamed = (page sans titre)

## Un commentaire
card-select = Sélectionner
card-nameless = Sans nom
card-text-gone = Texte effacé
card-text-gone-why = Le texte de ce commentaire n’est plus conservé.
card-on = sur
card-same-author = tout ce qui attend de cet auteur
card-same-name = tout ce qui attend sous ce nom
card-same-reason = même raison
card-revision = { $count ->
    [one] { $count } version
   *[other] { $count } versions
  }
card-campaign = Le même texte, ou presque : { $count ->
    [one] { $count } en attente
   *[other] { $count } en attente
  }, { $pages ->
    [0] sans page
    [one] { $counted ->
        [some] sur au moins { $pages } page
       *[all] sur { $pages } page
    }
   *[other] { $counted ->
        [some] sur au moins { $pages } pages
       *[all] sur { $pages } pages
    }
  } ; le premier { $since }
card-campaign-decide = Décider pour tous
card-degraded = Décidé sans toutes les vérifications
card-why = Pourquoi il attend
card-open = Voir le détail
mark-spam = Indice de spam
mark-abuse = Indice de propos abusifs
head-spam = Spam
head-abuse = Propos abusifs
head = { $name } : { $how ->
    [0] presque exclu
    [1] improbable
    [2] plutôt improbable
    [3] incertain
    [4] plutôt probable
    [5] très probable
   *[6] presque certain
  } ({ $percent })
head-unknown = { $name } : je ne sais pas
fact = { $fact ->
    [length] longueur du texte
    [amounts] montant d’argent
    [no_amounts] aucun montant d’argent
    [phones] numéro de téléphone
    [no_phones] aucun numéro de téléphone
    [emails] adresse électronique
    [no_emails] aucune adresse électronique
    [exclamations] point d’exclamation
    [no_exclamations] aucun point d’exclamation
    [questions] point d’interrogation
    [no_questions] aucun point d’interrogation
    [line_breaks] retours à la ligne
    [no_line_breaks] aucun retour à la ligne
    [emoji] émojis
    [no_emoji] aucun émoji
    [script_mix] mots d’alphabets mêlés
    [no_script_mix] aucun mot d’alphabets mêlés
    [run] caractère répété
    [no_run] aucun caractère répété
    [digits] part de chiffres
    [no_digits] presque aucun chiffre
    [capitals] part de capitales
    [no_capitals] presque aucune capitale
    [word_length] longueur des mots
    [links] nombre de liens
    [no_links] aucun lien
    [link_shortener] lien raccourci
    [link_messenger] lien vers une messagerie
    [link_address] lien vers une adresse IP
    [link_page] lien vers une page
    [author_is_url] lien en guise de nom
   *[other] forme du texte
  }
percent = { $number } %
weight = { $number }
weight-floor = règle ferme
weight-not-run = non vérifié
status-approved = Approuvé
status-rejected = Rejeté
settled = { $status } par { $by } { $when }
settled-machine = { $status } automatiquement
by-host = le site
event-approved = Approuvé par { $by } { $when }
event-rejected = Rejeté par { $by } { $when }
event-held = Remis en attente par { $by } { $when }
event-labelled = Étiqueté par { $by } { $when }
event-undone = Décision annulée par { $by } { $when }
label-ham = pas du spam
label-spam = spam
label-abuse = propos abusifs
comment-title = Commentaire
comment-parent = En réponse à
comment-differences = Ce qui a changé
comment-events = Ce qui s’est passé
comment-no-events = Personne n’a encore rien décidé.
comment-near = Autour, sur la même page
difference = Version { $count }, { $when }

## L’auteur
author-summary = L’auteur…
author-hint = Ce que deviennent ses prochains commentaires. L’auteur est reconnu par des empreintes de son adresse e-mail et de son adresse IP, jamais gardées en clair.
author-how-long = Pendant
author-days = { $count ->
    [365] un an
    [one] { $count } jour
   *[other] { $count } jours
  }
author-block = Bloquer
author-block-does = Ils sont rejetés d’office.
author-hold = Toujours retenir
author-hold-does = Ils attendent toujours votre avis.
author-trust = Faire confiance
author-trust-does = Ils sont approuvés, sauf si une règle ferme s’y oppose. Il faut le même nom, le même e-mail et le même réseau.
author-record = Autres commentaires de cet auteur : { $approved ->
    [0] aucun approuvé
    [one] { $approved } approuvé
   *[other] { $approved } approuvés
  }, { $rejected ->
    [0] aucun rejeté
    [one] { $rejected } rejeté
   *[other] { $rejected } rejetés
  }
author-record-bounded = Derniers commentaires de cet auteur : { $approved ->
    [0] aucun approuvé
    [one] { $approved } approuvé
   *[other] { $approved } approuvés
  }, { $rejected ->
    [0] aucun rejeté
    [one] { $rejected } rejeté
   *[other] { $rejected } rejetés
  }
author-lift = Ne plus appliquer
author-blocked = Auteur bloqué { $until } (par { $by })
author-held = Auteur toujours retenu { $until } (par { $by })
author-trusted = Auteur de confiance { $until } (par { $by })
standing-blocked = bloqué
standing-held = toujours retenu
standing-trusted = de confiance
told-blocked = Cet auteur est bloqué.
told-always-held = Les prochains commentaires de cet auteur attendront votre avis.
told-trusted = Vous faites confiance à cet auteur.
told-lifted = Plus rien de particulier pour cet auteur.
told-unrecognisable = Rien ne permet de reconnaître cet auteur : il n’a laissé ni e-mail, ni adresse IP de ces dernières semaines.
told-untrustable = Pour faire confiance à un auteur, il faut un nom, un e-mail et une adresse IP de ces dernières semaines.
told-too-many-standings = Trop d’auteurs sont déjà bloqués, retenus ou de confiance sur ce site : levez-en quelques-uns.

## Décider
act-approve = Approuver
act-reject = Rejeter
act-spam = Spam
act-abuse = Abus
act-ham = Pas du spam
act-because = Rejeter parce que…
act-typed = Autre raison, avec vos mots
act-reject-typed = Rejeter pour cette raison
act-undo = Annuler
reason-spam = Spam
reason-insult = Insulte
reason-hate = Haine
reason-threat = Menace
reason-off-topic = Hors sujet
reason-defamation = Diffamation
reason-personal-data = Données personnelles
reason-duplicate = Doublon
reason-other = Autre
bulk-label = Décider pour la sélection
bulk-hint = Pour la sélection :
bulk-no-reason = Sans raison
told-approved = { $count ->
    [one] { $count } commentaire approuvé.
   *[other] { $count } commentaires approuvés.
  }
told-rejected = { $count ->
    [one] { $count } commentaire rejeté.
   *[other] { $count } commentaires rejetés.
  }
told-undone = { $count ->
    [one] { $count } décision annulée.
   *[other] { $count } décisions annulées.
  }
told-changed = { $count ->
    [one] { $count } commentaire a changé entre-temps : rien n’y a été fait, voyez où il en est.
   *[other] { $count } commentaires ont changé entre-temps : rien n’y a été fait, voyez où ils en sont.
  }
told-nothing = Rien n’était sélectionné.
told-failed = { $count ->
    [one] { $count } commentaire n’a pas pu être traité. Réessayez.
   *[other] { $count } commentaires n’ont pas pu être traités. Réessayez.
  }
told-too-long = La raison est trop longue : 500 caractères au plus. Rien n’a été fait.
like-title = Décider pour tous
like-counted = { $count ->
    [0] Plus rien n’attend ici.
    [one] { $count } commentaire en attente est concerné.
   *[other] { $count } commentaires en attente sont concernés.
  }
like-bounded = { $count } commentaires en attente sont concernés ; les { $most } plus anciens seront traités, recommencez pour la suite.
like-not = Ne rien faire
done-title = Mes décisions
done-empty = Vous n’avez encore rien décidé.
done-press = { $count ->
    [one] { $count } commentaire, { $when }
   *[other] { $count } commentaires, { $when }
  }
keys-title = Raccourcis clavier
keys-move = Suivant, précédent
keys-back = Retour à la file
script-away = Pas de réponse du serveur. Rien n’a été perdu : réessayez dans un instant.
script-signed-out = Votre session est finie. Rien n’a été perdu : connectez-vous dans un autre onglet, puis recommencez ici.
script-nothing-to-undo = Rien à annuler ici.
script-goes-on = Recherche en cours…
script-elsewhere = Décidé par quelqu’un d’autre.
script-pick = Pour la sélection (#) :

## Journal
audit-title = Journal
audit-who = Qui
audit-what = Quoi
audit-when = Quand
audit-from = Du
audit-to = Au
audit-all = Tout
audit-narrow = Filtrer
audit-export = Exporter (CSV)
audit-more = Plus ancien
audit-empty = Rien ne correspond.
audit-hint = Les jours sont en temps universel. Les lignes sont gardées un an ; ce qui a été fait d’un commentaire, aussi longtemps que lui.
audit-by-command-line = ligne de commande
audit-by-nobody = inconnu
audit-act = { $act } : { $about }
audit-role = { $name }, { $role }
audit-role-viewer = lecture seule
audit-role-moderator = modération
audit-role-lead = direction
audit-role-operator = administration
audit-moderator-added = Personne ajoutée
audit-invited = Invitation envoyée
audit-invitation-accepted = Invitation acceptée
audit-signed-in = Connexion
audit-sign-in-failed = Connexion refusée
audit-signed-out = Déconnexion
audit-role-set = Rôle donné
audit-moderator-disabled = Accès retiré
audit-site-keys-replaced = Clés du site remplacées
audit-labels-undone = Étiquettes retirées
audit-labels-count-again = Étiquettes comptées à nouveau
audit-exported = Journal exporté
audit-standing-given = Consigne sur un auteur
audit-standing-lifted = Consigne sur un auteur levée
audit-feed-made = Lien du flux créé
audit-feed-revoked = Lien du flux supprimé
audit-bulletins-set = E-mail quotidien demandé
audit-bulletins-stopped = E-mail quotidien arrêté
audit-comment = voir le commentaire
audit-comment-approved = Commentaire approuvé
audit-comment-rejected = Commentaire rejeté
audit-comment-held = Commentaire remis en attente
audit-comment-labelled = Commentaire étiqueté
audit-comment-undone = Décision annulée

## Notifications
notifications-title = Notifications
feed-heading = Flux privé
feed-text = Un lecteur de flux (Atom) vous montre ce qui attend sur vos sites : le site, la page, les raisons et l’heure. Le texte, le nom et l’adresse de l’auteur n’y sont jamais : beaucoup de lecteurs de flux sont des services tenus par d’autres.
feed-secret = Qui a le lien peut lire le flux, sans se connecter : gardez-le comme un mot de passe. Un nouveau lien remplace l’ancien ; le flux prend fin avec votre accès, ou si vous choisissez un nouveau mot de passe.
feed-make = Créer le lien
feed-replace = Remplacer le lien
feed-revoke = Supprimer le lien
feed-link = Votre lien
feed-once = Copiez-le maintenant dans votre lecteur de flux : il ne sera plus affiché.
feed-made = Lien créé { $name }.
feed-title = Tamis : ce qui attend
feed-entry = { $name } : { $page }
feed-no-reason = Sans raison particulière
bulletin-heading = Un e-mail par jour
bulletin-text = Un e-mail vous dit chaque jour combien de commentaires attendent sur vos sites, et pourquoi : jamais leur texte ni leurs auteurs.
bulletin-address = Adresse
bulletin-when = Heure d’envoi
bulletin-hour = { $name } h
bulletin-zone = Heure de { $name }
bulletin-least = Seulement si au moins autant de commentaires attendent
bulletin-start = Recevoir cet e-mail
bulletin-change = Enregistrer
bulletin-stop = Ne plus le recevoir
bulletin-problem = Indiquez une adresse comme lea@example.org, une heure et un nombre de 1 à 1000. Rien n’a été changé.
bulletin-failed = L’e-mail n’a pas pu être envoyé { $name }. Vérifiez l’adresse ; la personne qui gère Tamis peut voir pourquoi.
bulletin-subject = { $count ->
    [one] Tamis : { $count } commentaire en attente
   *[other] Tamis : { $count } commentaires en attente
  }
bulletin-greeting = Bonjour { $name },
bulletin-waiting = { $count ->
    [one] { $count } commentaire attend votre décision.
   *[other] { $count } commentaires attendent votre décision.
  }
bulletin-spam = Ressemble à du spam
bulletin-abuse = Ressemble à des propos abusifs
bulletin-why = Vous recevez cet e-mail parce que vous l’avez demandé. Pour changer l’heure, ou ne plus le recevoir :

## Instants
ago-now = à l’instant
ago-minutes = { $count ->
    [one] il y a { $count } minute
   *[other] il y a { $count } minutes
  }
ago-hours = { $count ->
    [one] il y a { $count } heure
   *[other] il y a { $count } heures
  }
ago-days = { $count ->
    [one] il y a { $count } jour
   *[other] il y a { $count } jours
  }
on-date = le { date }
until-date = jusqu’au { date }
date = { $day ->
    [1] 1er
   *[other] { $day }
  } { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
  } { $year }
