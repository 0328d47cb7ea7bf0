//! What moderators say of who wrote a comment.

use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::review::HOST;
use crate::domain::standing::{Given, Standing, Term};
use crate::service::standing::Profile;

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::server::Shared;
use super::super::{reply, reply::Problem};

#[derive(Deserialize)]
pub struct Wanted {
    standing: Standing,
    days: Option<u16>,
}

/// The answer of all three: what holds of the author now, all null for nothing.
#[derive(Default, Serialize)]
struct Told {
    standing: Option<Standing>,
    until: Option<Timestamp>,
    by: Option<String>,
    at: Option<Timestamp>,
}

impl From<Given> for Told {
    fn from(given: Given) -> Self {
        Self { standing: Some(given.standing), until: Some(given.until), by: Some(given.by), at: Some(given.at) }
    }
}

/// With how persons decided on the author's other comments, of the latest.
#[derive(Serialize)]
struct Known {
    #[serde(flatten)]
    told: Told,
    approved: u32,
    rejected: u32,
}

/// `GET /v1/comments/{id}/author`.
pub async fn show(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Profile { given, record, .. } = shared.service.profile(&site, super::comment_id(&path)?).await?;
    let told = given.map(Told::from).unwrap_or_default();
    Ok(reply::document(&Known { told, approved: record.approved, rejected: record.rejected }))
}

/// `PUT /v1/comments/{id}/author`.
pub async fn give(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    path: web::Path<String>,
    wanted: Json<Wanted>,
) -> Result<HttpResponse, Problem> {
    let Wanted { standing, days } = wanted.value;
    let term = days.map_or(Some(Term::default()), Term::of_days).ok_or_else(|| Problem::Invalid {
        field: "days".to_owned(),
        problem: format!("is not one of {:?}", Term::DAYS),
    })?;
    let given = shared.service.give_standing(&site, super::comment_id(&path)?, HOST, standing, term).await?;
    Ok(reply::document(&Told::from(given)))
}

/// `DELETE /v1/comments/{id}/author`: nothing is said of the author any more.
pub async fn lift(
    Caller(site): Caller,
    shared: web::Data<Shared>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    shared.service.lift_standing(&site, super::comment_id(&path)?, HOST).await?;
    Ok(reply::document(&Told::default()))
}
