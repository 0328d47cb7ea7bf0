//! What one person wrote, by what they tell of themselves: their right to be told it, and to have it erased.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::domain::comment::{DraftPerson, Person};
use crate::service::written::Export;

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::server::Shared;
use super::super::{reply, reply::Problem};
use super::list::{cursor, position};

#[derive(Deserialize)]
pub struct Whose {
    #[serde(flatten)]
    person: DraftPerson,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct Page {
    comments: Vec<Export>,
    /// Opaque; null on the last page.
    next: Option<String>,
}

/// `POST /v1/authors/export`: a body and no query, since addresses of requests are logged on their way.
pub async fn export(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    whose: Json<Whose>,
) -> Result<HttpResponse, Problem> {
    let after = whose.value.cursor.as_deref().map(position).transpose()?;
    let written = shared.service.written(site.id, Person::parse(whose.value.person)?, after).await?;
    let export = |(record, attached)| Export::of(&record, attached, site.locale);
    let comments = written.comments.into_iter().filter_map(export).collect();
    Ok(reply::document(&Page { comments, next: written.next.map(cursor) }))
}

/// `POST /v1/authors/erase`: with a receipt.
pub async fn erase(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    whose: Json<Whose>,
) -> Result<HttpResponse, Problem> {
    let receipt = shared.service.erase_written(site.id, Person::parse(whose.value.person)?).await?;
    Ok(reply::document(&receipt))
}
