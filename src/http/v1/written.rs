//! What one person wrote, by the e-mail that they gave: their right to be told it, and to have it erased.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::domain::comment::AuthorEmail;
use crate::service::answer::Detail;

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::server::Shared;
use super::super::{reply, reply::Problem};
use super::list::{cursor, position};

#[derive(Deserialize)]
pub struct Whose {
    email: Option<String>,
    cursor: Option<String>,
}

impl Whose {
    fn email(&self) -> Result<AuthorEmail, Problem> {
        let missing = || Problem::Invalid { field: "email".to_owned(), problem: "is missing".to_owned() };
        AuthorEmail::parse("email", self.email.clone())?.ok_or_else(missing)
    }
}

#[derive(Serialize)]
struct Page {
    comments: Vec<Detail>,
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
    let written = shared.service.written(site.id, &whose.value.email()?, after).await?;
    let comments = written.records.iter().filter_map(|record| Detail::of(record, site.locale)).collect();
    Ok(reply::document(&Page { comments, next: written.next.map(cursor) }))
}

/// `POST /v1/authors/erase`: with a receipt.
pub async fn erase(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    whose: Json<Whose>,
) -> Result<HttpResponse, Problem> {
    let receipt = shared.service.erase_written(site.id, &whose.value.email()?).await?;
    Ok(reply::document(&receipt))
}
