//! Submitting, checking and reading one comment.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::comment::{Comment, Draft, FieldError};
use crate::service::ServiceError;
use crate::service::answer::Detail;

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::server::Shared;
use super::super::{headers, reply, reply::Problem};

/// `POST /v1/comments`: decides and records.
pub async fn submit(
    Caller(site): Caller,
    request: HttpRequest,
    shared: web::Data<Shared>,
    draft: Json<Draft>,
) -> Result<HttpResponse, Problem> {
    let claim = headers::claim(&request, &shared, &site, &draft.bytes)?;
    let comment = Comment::parse(draft.value)?;
    let moderated = shared.service.moderate(&site, &comment, claim).await?;
    Ok(reply::moderated(&moderated))
}

/// `POST /v1/check`: decides and stores nothing.
pub async fn check(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    draft: Json<Draft>,
) -> Result<HttpResponse, Problem> {
    let comment = Comment::parse(draft.value)?;
    let moderated = shared.service.check(&site, &comment).await?;
    Ok(reply::moderated(&moderated))
}

/// `GET /v1/comments/{id}`.
pub async fn show(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let record = shared.service.comment(&site, super::comment_id(&path)?).await?;
    let detail = Detail::of(&record, site.locale).ok_or(ServiceError::NotFound)?;
    Ok(reply::detail(&detail))
}

/// `DELETE /v1/comments/{id}`: erases it, with a receipt.
pub async fn erase(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let receipt = shared.service.erase(site.id, super::comment_id(&path)?).await?;
    Ok(reply::document(&receipt))
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::Invalid { field: error.field.to_owned(), problem: error.problem }
    }
}
