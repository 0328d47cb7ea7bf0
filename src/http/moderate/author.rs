//! What a moderator says of an author, from a card: block, always hold, trust; and what the card shows of it.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::act::{answer, ids};
use super::form::Filled;
use super::guard::At;
use super::page::Stop;
use super::queue::stop;
use super::told::{Did, Outcome};
use super::when;
use super::words::Words;
use crate::domain::comment::CommentId;
use crate::domain::history::TrackRecord;
use crate::domain::moderator::deed;
use crate::domain::standing::{Given, Standing, Term, Unrecognisable};
use crate::http::server::Shared;
use crate::service::ServiceError;

/// `POST …/author`: `act` is `blocked ID`, `held ID`, `trusted ID` or `lift ID`; `days-ID` is for how long. Of the
/// comments in `seen`, a script is told which are of the same author.
pub async fn say(
    at: At<deed::Review>,
    shared: web::Data<Shared>,
    request: HttpRequest,
    filled: Filled,
) -> Result<HttpResponse, Stop> {
    let (act, id) = filled.fields.get("act").split_once(' ').unwrap_or_default();
    let Ok(comment) = Uuid::try_parse(id).map(CommentId) else {
        return Ok(answer(&at, &request, &filled.fields, (Outcome::default(), Vec::new())));
    };
    let term = filled.fields.get(&format!("days-{id}")).parse().ok().and_then(Term::of_days);
    let failed = |error: ServiceError| stop(&at.visitor, &error);
    let did = said(&at, &shared, comment, act, term.unwrap_or_default()).await.map_err(failed)?;
    let seen = ids(filled.fields.get("seen"));
    let same = shared.service.of_same_author(&at.site, comment, &seen).await.map_err(failed)?;
    let done = same.into_iter().map(|id| (id, true)).collect();
    Ok(answer(&at, &request, &filled.fields, (Outcome { did, number: 1, ..Outcome::default() }, done)))
}

async fn said(
    at: &At<deed::Review>,
    shared: &Shared,
    comment: CommentId,
    act: &str,
    term: Term,
) -> Result<Did, ServiceError> {
    let by = at.permit.by().as_str();
    let (standing, did) = match act {
        "blocked" => (Standing::Blocked, Did::Blocked),
        "held" => (Standing::Held, Did::AlwaysHeld),
        "trusted" => (Standing::Trusted, Did::Trusted),
        "lift" => {
            return Ok(shared
                .service
                .lift_standing(&at.site, comment, by)
                .await?
                .map_or(Did::Nothing, |_| Did::Lifted));
        }
        _ => return Ok(Did::Nothing),
    };
    match shared.service.give_standing(&at.site, comment, by, standing, term).await {
        Ok(_) => Ok(did),
        Err(ServiceError::Unrecognisable(Unrecognisable::Nobody)) => Ok(Did::Unrecognisable),
        Err(ServiceError::Unrecognisable(Unrecognisable::TooLittleToTrust)) => Ok(Did::Untrustable),
        Err(ServiceError::TooManyStandings) => Ok(Did::TooManyStandings),
        Err(error) => Err(error),
    }
}

/// What a card says of its author.
pub fn standing(words: &Words, given: &Given) -> String {
    let until = when::until(words, given.until);
    let by = super::card::by(words, &given.by);
    let message = match given.standing {
        Standing::Blocked => "author-blocked",
        Standing::Held => "author-held",
        Standing::Trusted => "author-trusted",
    };
    words.with(message, [("until", until.into()), ("by", by.into())])
}

/// What persons decided on the author's other comments; nothing where they decided on none.
pub fn track_record(words: &Words, record: TrackRecord) -> Option<String> {
    let numbers = [("approved", record.approved.into()), ("rejected", record.rejected.into())];
    let message = if record.bounded { "author-record-bounded" } else { "author-record" };
    (!record.is_empty()).then(|| words.with(message, numbers))
}

/// In a line of the audit log.
pub fn name(words: &Words, standing: Standing) -> String {
    match standing {
        Standing::Blocked => words.say("standing-blocked"),
        Standing::Held => words.say("standing-held"),
        Standing::Trusted => words.say("standing-trusted"),
    }
}

/// The times that a card offers, in days and in words.
pub fn terms(words: &Words) -> Vec<(u16, String)> {
    Term::DAYS.iter().map(|days| (*days, words.counting("author-days", (*days).into()))).collect()
}
