//! Deciding: on one comment, on those picked, on all that are alike; and taking it back.

use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Serialize;
use uuid::Uuid;

use super::assets::QUEUE_STYLE;
use super::form::{Fields, Filled};
use super::guard::{At, Place};
use super::look::{self, Asked};
use super::page::{self, Frame, Stop};
use super::queue::{filter_name, reason_names, stop};
use super::told::{self, Did, Outcome};
use super::when;
use crate::domain::comment::CommentId;
use crate::domain::moderator::deed;
use crate::domain::review::{Label, Reason, Status};
use crate::domain::site::Site;
use crate::http::reply::{self, PageOutcome};
use crate::http::server::Shared;
use crate::ports::queue::Filter;
use crate::service::ServiceError;
use crate::service::queue::{Chosen, MOST_AT_ONCE, Press};
use crate::service::review::Intent;

/// Presses of the list of what one did.
const PRESSES: u32 = 50;

/// What a form asks for.
struct Order {
    intent: Intent,
    did: Did,
    chosen: Vec<Chosen>,
}

/// `POST …/act`: `act` is `approve` for those picked, or `approve ID:VERSION` for that one.
pub async fn act(
    at: At<deed::Review>,
    shared: web::Data<Shared>,
    request: HttpRequest,
    filled: Filled,
) -> Result<HttpResponse, Stop> {
    let outcome = match order(&filled.fields) {
        Err(did) => (Outcome { did, ..Outcome::default() }, Vec::new()),
        Ok(Order { intent, did, chosen }) => {
            let press = shared.service.act_on_all(&at.site, at.permit.by().as_str(), &intent, &chosen).await;
            (Outcome::of(&press, did), touched(&press))
        }
    };
    Ok(answer(&at, &request, &filled.fields, outcome))
}

/// `POST …/undo`: `at` names the press.
pub async fn undo(
    at: At<deed::Review>,
    shared: web::Data<Shared>,
    request: HttpRequest,
    filled: Filled,
) -> Result<HttpResponse, Stop> {
    let outcome = match told::instant(filled.fields.get("at")) {
        None => (Outcome::default(), Vec::new()),
        Some(instant) => {
            let press = shared.service.undo_press(&at.site, at.permit.by().as_str(), instant).await;
            let press = press.map_err(|error| stop(&at.visitor, &error))?;
            (Outcome::of(&press, Did::Undone), touched(&press))
        }
    };
    Ok(answer(&at, &request, &filled.fields, outcome))
}

/// What the script is told: the same in numbers, and the ids that it can take away or bring back.
#[derive(Serialize)]
struct Answer {
    said: String,
    at: String,
    done: Vec<String>,
    changed: Vec<String>,
}

/// A script gets JSON, a form the page again that it was on. `touched` says of each comment whether it was done.
pub fn answer(
    at: &At<deed::Review>,
    request: &HttpRequest,
    fields: &Fields,
    (outcome, touched): (Outcome, Vec<(CommentId, bool)>),
) -> HttpResponse {
    let accepts = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if !accepts.contains("application/json") {
        let back = back(&at.site, fields.get("back"));
        let mark = if back.contains('?') { '&' } else { '?' };
        return reply::see_other(&format!("{back}{mark}{}", outcome.query()));
    }
    let (done, changed): (Vec<_>, Vec<_>) = touched.into_iter().partition(|(_, was_done)| *was_done);
    let ids = |some: Vec<(CommentId, bool)>| some.into_iter().map(|(id, _)| id.to_string()).collect();
    reply::page(
        &Answer {
            said: outcome.say(at.visitor.words()),
            at: outcome.at.map(|at| at.as_microsecond().to_string()).unwrap_or_default(),
            done: ids(done),
            changed: ids(changed),
        },
        None,
    )
}

fn touched(press: &Press) -> Vec<(CommentId, bool)> {
    press.outcomes.iter().map(|(id, outcome)| (*id, outcome.is_ok())).collect()
}

/// Only into the pages of the site.
fn back(site: &Site, asked: &str) -> String {
    let home = look::home(site);
    let inside = asked.strip_prefix(&home).is_some_and(|rest| rest.starts_with('/'));
    if inside && !asked.contains(['\r', '\n', '\\']) { asked.to_owned() } else { format!("{home}/queue") }
}

fn order(fields: &Fields) -> Result<Order, Did> {
    let (act, one) = fields.get("act").split_once(' ').map_or((fields.get("act"), None), |(act, one)| (act, Some(one)));
    let chosen: Vec<Chosen> = match one {
        Some(one) => chosen(one).into_iter().collect(),
        None => fields.all("chosen").filter_map(chosen).take(MOST_AT_ONCE as usize).collect(),
    };
    if chosen.is_empty() {
        return Err(Did::Nothing);
    }
    let because = match (act, one) {
        ("typed", Some(one)) => fields.get(&format!("typed-{}", one.split(':').next().unwrap_or_default())).to_owned(),
        (act, _) => act.strip_prefix("because-").map_or_else(|| fields.get("reason").to_owned(), str::to_owned),
    };
    // The list beside the bulk buttons is not about the buttons of one card.
    let because = if one.is_some() && !act.starts_with("because-") && act != "typed" { String::new() } else { because };
    let (intent, did) = intent(act, &because)?;
    Ok(Order { intent, did, chosen })
}

/// What a button means. Spam and abuse are reasons to reject and labels at once; "not spam" approves.
fn intent(act: &str, because: &str) -> Result<(Intent, Did), Did> {
    let reason = Reason::parse(because).map_err(|_| Did::TooLong)?;
    let resolve = |status, label, reason| Intent::Resolve { status, label, reason };
    Ok(match act {
        "approve" => (resolve(Status::Approved, None, None), Did::Approved),
        "ham" => (resolve(Status::Approved, Some(Label::Ham), None), Did::Approved),
        "spam" => (resolve(Status::Rejected, Some(Label::Spam), reason.or(Some(Reason::Spam))), Did::Rejected),
        "abuse" => (resolve(Status::Rejected, Some(Label::Abuse), reason), Did::Rejected),
        "undo" => (Intent::Undo, Did::Undone),
        "reject" | "typed" => (resolve(Status::Rejected, None, reason), Did::Rejected),
        _ if act.starts_with("because-") => (resolve(Status::Rejected, None, reason), Did::Rejected),
        _ => return Err(Did::Nothing),
    })
}

fn chosen(written: &str) -> Option<Chosen> {
    let (id, version) = written.split_once(':')?;
    Some(Chosen { id: CommentId(Uuid::try_parse(id).ok()?), version: version.parse().ok()? })
}

/// Ids with commas between them; at most as many as a page shows.
pub fn ids(written: &str) -> Vec<CommentId> {
    let ids = written.split(',').filter_map(|id| Uuid::try_parse(id).ok().map(CommentId));
    ids.take(MOST_AT_ONCE as usize).collect()
}

#[derive(Template)]
#[template(path = "moderate/like.html")]
struct Like {
    frame: Frame,
    style: String,
    home: String,
    back: String,
    filtered: String,
    counted: String,
    facet: &'static str,
    value: String,
    up_to: String,
    reason_names: Vec<(&'static str, String)>,
}

/// `GET …/like`: how many it is about, before anything is done.
pub async fn ask_like(
    at: At<deed::Review>,
    shared: web::Data<Shared>,
    request: HttpRequest,
) -> Result<HttpResponse, Stop> {
    let asked = Asked::read(request.query_string());
    let (words, site) = (at.visitor.words(), &*at.site);
    let filter = &asked.look.filter;
    let Some((facet, value)) = filter.parts() else { return Ok(reply::see_other(&look::queue(site, &asked))) };
    let failed = |error: ServiceError| stop(&at.visitor, &error);
    let number = shared.service.held_number(site, filter).await.map_err(failed)?;
    let filtered = filter_name(&shared, site, words, filter).await.map_err(failed)?;
    let most = u64::from(MOST_AT_ONCE);
    let counted = match number > most {
        true => words.with("like-bounded", [("count", number.into()), ("most", most.into())]),
        false => words.counting("like-counted", number),
    };
    let like = Like {
        frame: at.frame("like-title", Place::Within),
        style: QUEUE_STYLE.path(),
        home: look::home(site),
        back: look::queue(site, &asked),
        filtered: filtered.unwrap_or_default(),
        counted,
        facet: facet.as_str(),
        value: value.to_owned(),
        up_to: shared.service.last_id_until_now().to_string(),
        reason_names: reason_names(words),
    };
    Ok(page::show(PageOutcome::Fine, &like))
}

/// `POST …/like`: those that waited when it was asked.
pub async fn like(
    at: At<deed::Review>,
    shared: web::Data<Shared>,
    request: HttpRequest,
    filled: Filled,
) -> Result<HttpResponse, Stop> {
    let fields = &filled.fields;
    let filter = ["page", "reason", "author", "campaign"].iter().find_map(|name| {
        let value = Some(fields.get(name)).filter(|value| !value.is_empty())?;
        Some(Asked::read(&url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()))
    });
    let up_to = Uuid::try_parse(fields.get("up_to")).map(CommentId);
    let (Some(Asked { look, .. }), Ok(up_to)) = (filter, up_to) else {
        return Ok(answer(&at, &request, fields, (Outcome::default(), Vec::new())));
    };
    let chosen = all_like(&at, &shared, &look.filter, up_to).await?;
    let outcome = match intent(fields.get("act"), fields.get("reason")) {
        Err(did) => (Outcome { did, ..Outcome::default() }, Vec::new()),
        Ok((intent, did)) => {
            let press = shared.service.act_on_all(&at.site, at.permit.by().as_str(), &intent, &chosen).await;
            (Outcome::of(&press, did), touched(&press))
        }
    };
    Ok(answer(&at, &request, fields, outcome))
}

async fn all_like(
    at: &At<deed::Review>,
    shared: &Shared,
    filter: &Filter,
    up_to: CommentId,
) -> Result<Vec<Chosen>, Stop> {
    shared.service.all_like(&at.site, filter, up_to).await.map_err(|error| stop(&at.visitor, &error))
}

#[derive(Template)]
#[template(path = "moderate/done.html")]
struct MyDecisions {
    frame: Frame,
    style: String,
    home: String,
    presses: Vec<PressView>,
}

struct PressView {
    at: String,
    comment: String,
    text: String,
}

/// `GET …/done`: what one did, each press with its undo.
pub async fn done(at: At<deed::Review>, shared: web::Data<Shared>) -> Result<HttpResponse, Stop> {
    let words = at.visitor.words();
    let now = shared.service.clock.now();
    let presses = shared.service.presses(&at.site, at.permit.by().as_str(), PRESSES).await;
    let presses = presses.map_err(|error| stop(&at.visitor, &error))?.into_iter().map(|done| PressView {
        at: done.at.as_microsecond().to_string(),
        comment: done.comment.to_string(),
        text: words
            .with("done-press", [("count", done.number.into()), ("when", when::ago(words, done.at, now).into())]),
    });
    let (style, home) = (QUEUE_STYLE.path(), look::home(&at.site));
    let page = MyDecisions { frame: at.frame("done-title", Place::Done), style, home, presses: presses.collect() };
    Ok(page::show(PageOutcome::Fine, &page))
}
