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

## Queue
queue-title = Queue
queue-total = { $count ->
    [0] nothing waits
    [one] { $count } waits
   *[other] { $count } wait
  }
queue-search = Search the queue
queue-find = Search
queue-more = More
queue-go-on = Nothing yet: search on
queue-empty = Nothing waits. Have a good day!
queue-empty-here = Nothing fits.
order-oldest = Oldest first
order-doubt = Most doubtful first
filter-page = On the page { $name }
filter-reason = For the reason { $name }
filter-author = By { $name }
filter-same-author = By this author
filter-none = Show all
filter-like = { $count ->
    [one] Decide on { $count } comment
   *[other] Decide on all { $count } together
  }
facet-reasons = By reason
facet-pages = By page
facet-campaigns = By campaign
facet-campaign = The same text, { $name }
filter-campaign = The same text, or nearly
page-unnamed = (page without a title)

## A comment
card-select = Select
card-nameless = No name
card-text-gone = Text gone
card-text-gone-why = The text of this comment is no longer kept.
card-on = on
card-same-author = all that waits of this author
card-same-name = all that waits under this name
card-same-reason = same reason
card-revision = { $count ->
    [one] { $count } version
   *[other] { $count } versions
  }
card-campaign = The same text, or nearly: { $count ->
    [one] { $count } waiting
   *[other] { $count } waiting
  }, { $pages ->
    [0] on no page
    [one] { $counted ->
        [some] on at least { $pages } page
       *[all] on { $pages } page
    }
   *[other] { $counted ->
        [some] on at least { $pages } pages
       *[all] on { $pages } pages
    }
  }; the first { $since }
card-campaign-decide = Decide on all
card-degraded = Decided without all checks
card-why = Why it waits
card-open = Details
mark-spam = Evidence of spam
mark-abuse = Evidence of abuse
head-spam = Spam
head-abuse = Abuse
head = { $name }: { $how ->
    [0] almost ruled out
    [1] unlikely
    [2] rather unlikely
    [3] uncertain
    [4] rather likely
    [5] very likely
   *[6] almost certain
  } ({ $percent })
head-unknown = { $name }: I do not know
fact = { $fact ->
    [length] length of the text
    [amounts] amount of money
    [no_amounts] no amount of money
    [phones] phone number
    [no_phones] no phone number
    [emails] e-mail address
    [no_emails] no e-mail address
    [exclamations] exclamation mark
    [no_exclamations] no exclamation mark
    [questions] question mark
    [no_questions] no question mark
    [line_breaks] line breaks
    [no_line_breaks] no line break
    [emoji] emoji
    [no_emoji] no emoji
    [script_mix] words of mixed alphabets
    [no_script_mix] no word of mixed alphabets
    [run] repeated character
    [no_run] no repeated character
    [digits] share of digits
    [no_digits] hardly a digit
    [capitals] share of capitals
    [no_capitals] hardly a capital
    [word_length] length of words
    [links] number of links
    [no_links] no link
    [link_shortener] shortened link
    [link_messenger] link to a messenger
    [link_address] link to an IP address
    [link_page] link to a page
    [author_is_url] a link as a name
   *[other] form of the text
  }
percent = { $number }%
weight = { $number }
weight-floor = firm rule
weight-not-run = not checked
status-approved = Approved
status-rejected = Rejected
settled = { $status } by { $by } { $when }
settled-machine = { $status } automatically
by-host = the site
event-approved = Approved by { $by } { $when }
event-rejected = Rejected by { $by } { $when }
event-held = Held again by { $by } { $when }
event-labelled = Labelled by { $by } { $when }
event-undone = Decision undone by { $by } { $when }
label-ham = not spam
label-spam = spam
label-abuse = abuse
comment-title = Comment
comment-parent = In reply to
comment-differences = What changed
comment-events = What happened
comment-no-events = Nobody has decided anything yet.
comment-near = Around it, on the same page
difference = Version { $count }, { $when }

## The author
author-summary = The author…
author-hint = What becomes of their next comments. The author is recognised by fingerprints of their e-mail and IP address, which are never kept in clear.
author-how-long = For
author-days = { $count ->
    [365] a year
    [one] { $count } day
   *[other] { $count } days
  }
author-block = Block
author-block-does = They are rejected at once.
author-hold = Always hold
author-hold-does = They always wait for you.
author-trust = Trust
author-trust-does = They are approved, unless a firm rule stands against it. It takes the same name, e-mail and network.
author-record = Other comments of this author: { $approved ->
    [0] none approved
   *[other] { $approved } approved
  }, { $rejected ->
    [0] none rejected
   *[other] { $rejected } rejected
  }
author-record-bounded = Latest comments of this author: { $approved ->
    [0] none approved
   *[other] { $approved } approved
  }, { $rejected ->
    [0] none rejected
   *[other] { $rejected } rejected
  }
author-lift = No longer apply
author-blocked = Author blocked { $until } (by { $by })
author-held = Author always held { $until } (by { $by })
author-trusted = Author trusted { $until } (by { $by })
standing-blocked = blocked
standing-held = always held
standing-trusted = trusted
told-blocked = This author is blocked.
told-always-held = This author’s next comments will wait for you.
told-trusted = You trust this author.
told-lifted = Nothing special applies to this author any more.
told-unrecognisable = Nothing tells this author apart: they left no e-mail, and no IP address of the last weeks.
told-untrustable = To trust an author takes a name, an e-mail and an IP address of the last weeks.
told-too-many-standings = Too many authors are blocked, held or trusted on this site already: lift some.

## Deciding
act-approve = Approve
act-reject = Reject
act-spam = Spam
act-abuse = Abuse
act-ham = Not spam
act-because = Reject because…
act-typed = Another reason, in your words
act-reject-typed = Reject for this reason
act-undo = Undo
reason-spam = Spam
reason-insult = Insult
reason-hate = Hate
reason-threat = Threat
reason-off-topic = Off topic
reason-defamation = Defamation
reason-personal-data = Personal data
reason-duplicate = Duplicate
reason-other = Other
bulk-label = Decide on the selection
bulk-hint = For the selection:
bulk-no-reason = No reason
told-approved = { $count ->
    [one] { $count } comment approved.
   *[other] { $count } comments approved.
  }
told-rejected = { $count ->
    [one] { $count } comment rejected.
   *[other] { $count } comments rejected.
  }
told-undone = { $count ->
    [one] { $count } decision undone.
   *[other] { $count } decisions undone.
  }
told-changed = { $count ->
    [one] { $count } comment changed in the meantime: nothing was done to it, see where it stands.
   *[other] { $count } comments changed in the meantime: nothing was done to them, see where they stand.
  }
told-nothing = Nothing was selected.
told-failed = { $count ->
    [one] { $count } comment could not be dealt with. Try again.
   *[other] { $count } comments could not be dealt with. Try again.
  }
told-too-long = The reason is too long: 500 characters at most. Nothing was done.
like-title = Decide on all
like-counted = { $count ->
    [0] Nothing waits here any more.
    [one] It is about { $count } waiting comment.
   *[other] It is about { $count } waiting comments.
  }
like-bounded = It is about { $count } waiting comments; the oldest { $most } will be dealt with, come again for the rest.
like-not = Do nothing
done-title = My decisions
done-empty = You have not decided anything yet.
done-press = { $count ->
    [one] { $count } comment, { $when }
   *[other] { $count } comments, { $when }
  }
keys-title = Keyboard shortcuts
keys-move = Next, previous
keys-back = Back to the queue
script-away = The server does not answer. Nothing is lost: try again in a moment.
script-signed-out = Your session is over. Nothing is lost: sign in in another tab, then go on here.
script-nothing-to-undo = Nothing to undo here.
script-goes-on = Searching…
script-elsewhere = Decided by somebody else.
script-pick = For the selection (#):

## Audit log
audit-title = Audit log
audit-who = Who
audit-what = What
audit-when = When
audit-from = From
audit-to = To
audit-all = All
audit-narrow = Filter
audit-export = Export (CSV)
audit-more = Older
audit-empty = Nothing fits.
audit-hint = Days are in universal time. Lines are kept for a year; what was done on a comment, as long as the comment.
audit-by-command-line = command line
audit-by-nobody = unknown
audit-act = { $act }: { $about }
audit-role = { $name }, { $role }
audit-role-viewer = viewer
audit-role-moderator = moderator
audit-role-lead = lead
audit-role-operator = operator
audit-moderator-added = Person added
audit-invited = Invited
audit-invitation-accepted = Invitation accepted
audit-signed-in = Signed in
audit-sign-in-failed = Sign-in refused
audit-signed-out = Signed out
audit-role-set = Role given
audit-moderator-disabled = Access removed
audit-site-keys-replaced = Keys of the site replaced
audit-labels-undone = Labels taken back
audit-labels-count-again = Labels count again
audit-exported = Audit log exported
audit-standing-given = Word on an author
audit-standing-lifted = Word on an author lifted
audit-feed-made = Feed link made
audit-feed-revoked = Feed link deleted
audit-bulletins-set = Daily e-mail asked for
audit-bulletins-stopped = Daily e-mail stopped
audit-comment = see the comment
audit-comment-approved = Comment approved
audit-comment-rejected = Comment rejected
audit-comment-held = Comment held again
audit-comment-labelled = Comment labelled
audit-comment-undone = Decision undone

## Notifications
notifications-title = Notifications
feed-heading = Private feed
feed-text = A feed reader (Atom) shows you what waits on your sites: the site, the page, the reasons and the time. It never holds the text, or the author’s name or address: many feed readers are services that others run.
feed-secret = Whoever has the link can read the feed without signing in: keep it like a password. A new link replaces the old one; the feed ends with your access, or when you choose a new password.
feed-make = Make the link
feed-replace = Replace the link
feed-revoke = Delete the link
feed-link = Your link
feed-once = Copy it into your feed reader now: it will not be shown again.
feed-made = Link made { $name }.
feed-title = Tamis: what waits
feed-entry = { $name }: { $page }
feed-no-reason = No particular reason
bulletin-heading = An e-mail a day
bulletin-text = An e-mail tells you each day how many comments wait on your sites, and why: never what they say or who wrote them.
bulletin-address = Address
bulletin-when = Sent at
bulletin-hour = { $name }:00
bulletin-zone = Time of { $name }
bulletin-least = Only when at least so many comments wait
bulletin-start = Send me this e-mail
bulletin-change = Save
bulletin-stop = Stop sending it
bulletin-problem = Give an address such as lea@example.org, an hour, and a number from 1 to 1000. Nothing was changed.
bulletin-failed = The e-mail could not be sent { $name }. Check the address; whoever runs Tamis can see why.
bulletin-subject = { $count ->
    [one] Tamis: { $count } comment waiting
   *[other] Tamis: { $count } comments waiting
  }
bulletin-greeting = Hello { $name },
bulletin-waiting = { $count ->
    [one] { $count } comment waits for your decision.
   *[other] { $count } comments wait for your decision.
  }
bulletin-spam = Looks like spam
bulletin-abuse = Looks like abuse
bulletin-why = You receive this e-mail because you asked for it. To change the hour, or to stop it:

## Instants
ago-now = just now
ago-minutes = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
  }
ago-hours = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
  }
ago-days = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
  }
on-date = on { date }
until-date = until { date }
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
  } { $year }
