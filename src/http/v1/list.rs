//! `GET /v1/comments`: the queue, or any selection.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use uuid::Uuid;

use crate::domain::comment::CommentId;
use crate::domain::review::Status;
use crate::ports::store::{Position, Selection};
use crate::service::answer::Detail;

use super::super::auth::Caller;
use super::super::server::Shared;
use super::super::{reply, reply::Problem};

/// Comments on a page: how many unless told, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 100;

#[derive(Serialize)]
struct Page {
    comments: Vec<Detail>,
    /// Opaque; null on the last page.
    next: Option<String>,
}

pub async fn list(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Problem> {
    let asked = |name: &str| query.get(name).filter(|value| !value.is_empty());
    let status = asked("status").map(|value| status(value)).transpose()?;
    let after = asked("cursor").map(|value| position(value)).transpose()?;
    let limit = asked("limit").map_or(Ok(USUAL), |value| limit(value))?;
    let selection =
        Selection { status, page_url: asked("page_url").cloned(), external_id: asked("external_id").cloned() };

    let listing = shared.service.list(&site, &selection, after, limit).await?;
    let next = listing.next.map(cursor);
    let link = next.as_ref().map(|next| address(&query, next));
    let comments = listing.records.iter().filter_map(|record| Detail::of(record, site.locale)).collect();
    Ok(reply::page(&Page { comments, next }, link))
}

fn status(value: &str) -> Result<Status, Problem> {
    match value {
        "approved" => Ok(Status::Approved),
        "held" => Ok(Status::Held),
        "rejected" => Ok(Status::Rejected),
        _ => Err(invalid("status", "is not approved, held or rejected".to_owned())),
    }
}

fn limit(value: &str) -> Result<u32, Problem> {
    let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| invalid("limit", format!("is not a number from 1 to {MOST}")))
}

pub(super) fn position(value: &str) -> Result<Position, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(value).ok();
    let id = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    id.map(|id| Position(CommentId(id))).ok_or_else(|| invalid("cursor", "is not a `next` that Tamis gave".to_owned()))
}

pub(super) fn cursor(Position(CommentId(id)): Position) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// The same question from the cursor on.
fn address(query: &HashMap<String, String>, cursor: &str) -> String {
    let mut asked: Vec<_> = query.iter().filter(|(name, _)| *name != "cursor").collect();
    asked.sort();
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(asked).append_pair("cursor", cursor);
    format!("/v1/comments?{}", encoded.finish())
}

fn invalid(field: &str, problem: String) -> Problem {
    Problem::Invalid { field: field.to_owned(), problem }
}
