//! What a moderator at the host site decided: resolution, feedback, undo.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::domain::review::{HOST, Label, Reason, Status};
use crate::domain::site::Site;
use crate::service::ServiceError;
use crate::service::answer::Detail;
use crate::service::review::Intent;

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::server::Shared;
use super::super::{headers, reply, reply::Problem};

#[derive(Deserialize)]
pub struct Resolution {
    status: Status,
    label: Option<Label>,
    reason: Option<String>,
}

#[derive(Deserialize)]
pub struct Feedback {
    label: Label,
    reason: Option<String>,
}

/// `POST /v1/comments/{id}/resolution`.
pub async fn resolve(
    Caller(site): Caller,
    request: HttpRequest,
    shared: web::Data<Shared>,
    path: web::Path<String>,
    resolution: Json<Resolution>,
) -> Result<HttpResponse, Problem> {
    let Resolution { status, label, reason } = resolution.value;
    let intent = Intent::Resolve { status, label, reason: typed(reason)? };
    act(&site, &request, &shared, &path, intent, &resolution.bytes).await
}

/// `POST /v1/comments/{id}/feedback`.
pub async fn feedback(
    Caller(site): Caller,
    request: HttpRequest,
    shared: web::Data<Shared>,
    path: web::Path<String>,
    feedback: Json<Feedback>,
) -> Result<HttpResponse, Problem> {
    let Feedback { label, reason } = feedback.value;
    let intent = Intent::Label { label, reason: typed(reason)? };
    act(&site, &request, &shared, &path, intent, &feedback.bytes).await
}

/// `POST /v1/comments/{id}/undo`. Takes no body.
pub async fn undo(
    Caller(site): Caller,
    request: HttpRequest,
    shared: web::Data<Shared>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    act(&site, &request, &shared, &path, Intent::Undo, b"").await
}

/// `POST /v1/comments/{id}/requeue-copies`. Takes no body.
pub async fn requeue_copies(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let requeued = shared.service.requeue_copies(&site, super::comment_id(&path)?, HOST).await?;
    Ok(reply::done(&serde_json::json!({ "requeued": requeued })))
}

async fn act(
    site: &Site,
    request: &HttpRequest,
    shared: &web::Data<Shared>,
    path: &str,
    intent: Intent,
    body: &[u8],
) -> Result<HttpResponse, Problem> {
    let id = super::comment_id(path)?;
    let if_version = headers::if_match(request)?;
    let claim = headers::claim(request, shared, site, body)?;
    let record = shared.service.act(site, id, HOST, intent, if_version, claim).await?;
    let detail = Detail::of(&record, site.locale).ok_or(ServiceError::NotFound)?;
    Ok(reply::detail(&detail))
}

fn typed(reason: Option<String>) -> Result<Option<Reason>, Problem> {
    Reason::parse(reason.as_deref().unwrap_or_default()).map_err(|length| Problem::Invalid {
        field: "reason".to_owned(),
        problem: format!("is {length} characters long; at most {} are taken", Reason::MAX_TYPED),
    })
}
