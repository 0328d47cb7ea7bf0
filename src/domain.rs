//! What Tamis is about, in its own words; pure functions and types that cannot be wrong once built.
//!
//! Three ladders, never mixed: the machine's **verdict** (approve, hold, reject) → the comment's **status**
//! (approved, held, rejected) → a person's **label** (ham, spam, abuse).
//!
//! | word | means |
//! |---|---|
//! | comment | what a visitor wrote, with who and where, once parsed |
//! | site | one tenant: keys, policy, rules, locale |
//! | author | who wrote the comment |
//! | page | the URL commented on |
//! | text | the derived form of a comment, computed once |
//! | token, feature | a unit the classifier counts |
//! | rule | an operator's written condition that can yield a signal |
//! | signal | one piece of evidence: id, source, score, message, spans |
//! | score | evidence in natural-log odds against the base rate; positive means unwanted |
//! | floor | a verdict that a rule demands whatever the sum |
//! | threshold | where the sum becomes a verdict: `hold_at`, `reject_at` |
//! | decision | the immutable record: verdict, score, signals, model, rule set, thresholds |
//! | head | one yes/no question the classifier answers: `spam`, `abuse` |
//! | model | one trained artefact: immutable, versioned, with its card |
//! | registry | the models and which one is active |
//! | candidate, active, shadow | trained; serving; scoring for the record only |
//! | promote, rollback | make a candidate active; the previous one again |
//! | limit | a quota on a key; `take` one, or be `refused` |
//! | campaign, copy | the same text, or nearly, sent again and again; one of them |
//! | standing | what a moderator said of an author: blocked, always held, trusted |
//! | event | something a person did to a recorded comment |
//! | retention | how long what people wrote is kept |
//! | example | a text that a person's label stands on |
//! | moderator | a person at the page |
//! | role, deed, permit | what a moderator is on a site; what not everybody may do; leave for it |
//! | invitation, session | a moderator's leave to choose a password, once; one browser signed in |

pub mod score;

pub mod site;

pub mod comment;

pub mod text;

pub mod signal;

pub mod rules;

pub mod classifier;

pub mod limits;

pub mod history;

pub mod standing;

pub mod campaign;

pub mod decision;

pub mod policy;

pub mod activation;

pub mod sieve;

pub mod moderator;

pub mod review;

pub mod ledger;

pub mod retention;

pub mod secrets;
