# All that the moderation page says. The same messages, in the same order, as in locales/fr/moderate.ftl.

## Frame
skip-to-main = Skip to the content
nav-label = Navigation
sign-out = Sign out
to-start = Back to the start

## Signing in
sign-in-title = Sign in
sign-in = Sign in
sign-in-refused = The e-mail address and the password do not go together, or there were too many tries. Check them, or try again in a few minutes.
sign-in-lost = Lost your password? Ask whoever runs Tamis for a new link.
email = E-mail address
password = Password

## Invitation
invitation-title = Welcome
invitation-text = Hello { $name }. Choose a password to come in.
invitation-accept = Save and come in
invitation-over-title = This link no longer works
invitation-over-text = An invitation works once, for seven days. If you have chosen a password already, sign in; if not, ask for a new link.
password-new = New password
password-rule = 12 characters or more. A sentence does very well.
password-length = It takes 12 to 256 characters.
password-obvious = This one is guessed too quickly: it cannot be your address, your name, or one character again and again.

## Start
home-title = Your sites
home-empty = You have no role on any site yet. Ask whoever runs Tamis for one.
role-viewer = You may look
role-moderator = You moderate
role-lead = You lead the moderation
role-operator = You run Tamis

## When something stands in the way
forbidden-title = Not with this role
forbidden-text = Your role does not let you see or do this here.
foreign-title = Form refused
foreign-text = This form did not come from a page that you opened here, or your session has changed since. Nothing was done. Go back to the page, reload it and try again.
unreadable-title = Unreadable form
unreadable-text = What was sent could not be read. Nothing was done. Reload the page and try again.
away-title = Not available right now
away-text = The database does not answer. Nothing was done. Try again in a moment.
missing-title = Nothing here
missing-text = There is no page at this address.
