//! One comment, whole: what it answers, what changed, what happened, what stands around it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::assets::{COMMENT_SCRIPT, QUEUE_STYLE};
use super::card::{self, CardView, DifferenceView};
use super::guard::{At, Place};
use super::look::{self, Asked};
use super::page::{self, Frame, Stop};
use super::queue::{around, known, stop};
use crate::domain::comment::CommentId;
use crate::domain::moderator::deed;
use crate::domain::review::Record;
use crate::http::reply::PageOutcome;
use crate::http::server::Shared;
use crate::service::ServiceError;
use crate::service::answer::DetailEvent;
use crate::service::card::{Fate, differences};
use crate::service::queue::{Neighbours, Waiting};
use crate::service::standing::Profiles;

#[derive(Template)]
#[template(path = "moderate/comment.html")]
struct Comment {
    frame: Frame,
    style: String,
    script: String,
    home: String,
    back: String,
    parent: Option<CardView>,
    card: CardView,
    differences: Vec<DifferenceView>,
    events: Vec<String>,
    near: Vec<CardView>,
}

/// With `?part=only` the card alone, for the script.
pub async fn show(at: At<deed::Read>, shared: web::Data<Shared>, request: HttpRequest) -> Result<HttpResponse, Stop> {
    let failed = |error: ServiceError| stop(&at.visitor, &error);
    let id = Uuid::try_parse(request.match_info().query("id")).map(CommentId);
    let id = id.map_err(|_| failed(ServiceError::NotFound))?;
    let record = shared.service.comment(&at.site, id).await.map_err(failed)?;
    if request.query_string().contains("part=only") {
        let (asked, known) = (Asked::default(), known(&shared, &at.site, &[&record]).await.map_err(failed)?);
        let card = CardView::of(&record, around(&at, &shared, &asked, &known));
        return Ok(page::show(PageOutcome::Fine, &card.ok_or_else(|| failed(ServiceError::NotFound))?));
    }
    let neighbours = shared.service.neighbours(&at.site, &record).await.map_err(failed)?;
    let shown: Vec<_> = neighbours.parent.iter().chain(&neighbours.near).chain([&record]).collect();
    let known = known(&shared, &at.site, &shown).await.map_err(failed)?;
    let whole = whole(&at, &shared, &record, &neighbours, &known).ok_or_else(|| failed(ServiceError::NotFound))?;
    Ok(page::show(PageOutcome::Fine, &whole))
}

/// `None` for a record without revisions, which no store holds.
fn whole(
    at: &At<deed::Read>,
    shared: &Shared,
    record: &Record,
    neighbours: &Neighbours,
    known: &(Profiles, Vec<Waiting>),
) -> Option<Comment> {
    let (asked, words) = (Asked::default(), at.visitor.words());
    let around = around(at, shared, &asked, known);
    let view = |record: &Record| CardView::of(record, around);
    let home = look::home(&at.site);
    Some(Comment {
        frame: at.frame("comment-title", Place::Within),
        style: QUEUE_STYLE.path(),
        script: COMMENT_SCRIPT.path(),
        back: format!("{home}/comments/{}", record.id),
        home,
        parent: neighbours.parent.as_ref().and_then(view),
        card: view(record)?,
        differences: differences(record).into_iter().map(|it| DifferenceView::of(it, words, around.now)).collect(),
        events: record.events.iter().map(|event| card::event(words, &DetailEvent::of(event), around.now)).collect(),
        near: neighbours.near.iter().filter_map(view).collect(),
    })
}
