//! What goes back over the wire: answers, and problems as RFC 9457 describes them. The only file that names
//! HTTP status codes.

use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK, LOCATION, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::domain::review::Refusal;
use crate::domain::standing;
use crate::ports::store::StoreError;
use crate::service::ServiceError;
use crate::service::answer::{Answer, Detail};
use crate::service::limits::SiteQuota;
use crate::service::moderate::Moderated;

/// Why a request was not done. Its text reaches the client, so it never holds what the client sent.
#[derive(Debug)]
pub enum Problem {
    NotJson(String),
    NotUtf8,
    BadEncoding,
    SlowBody,
    BadHeader { header: &'static str, problem: &'static str },
    Unauthenticated,
    UnknownRoute,
    WrongMethod(&'static [&'static str]),
    TooLarge { most: usize },
    WrongMediaType,
    Invalid { field: String, problem: String },
    Service(ServiceError),
}

/// The body of a problem. `type` is stable; programs tell problems apart by it alone.
#[derive(Serialize)]
struct ProblemBody<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail())
    }
}

impl Problem {
    /// The status, the last part of the `type`, and the title: one row a problem.
    fn row(&self) -> (StatusCode, &'static str, &'static str) {
        use ServiceError as E;
        match self {
            Self::NotJson(_) => (StatusCode::BAD_REQUEST, "not-json", "The body is not a JSON object"),
            Self::NotUtf8 => (StatusCode::BAD_REQUEST, "not-utf-8", "The body is not UTF-8"),
            Self::BadEncoding => (StatusCode::BAD_REQUEST, "bad-encoding", "The body cannot be read"),
            Self::SlowBody => (StatusCode::REQUEST_TIMEOUT, "slow-body", "The body took too long"),
            Self::BadHeader { .. } => (StatusCode::BAD_REQUEST, "bad-header", "A header is malformed"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "No valid site key"),
            Self::UnknownRoute => (StatusCode::NOT_FOUND, "unknown-route", "There is nothing at this path"),
            Self::WrongMethod(_) => (StatusCode::METHOD_NOT_ALLOWED, "wrong-method", "This path takes other methods"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"),
            Self::WrongMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-media-type", "The body must be application/json")
            }
            Self::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-field", "A field is not valid"),
            Self::Service(error) => match error {
                E::OverQuota { .. } => (StatusCode::TOO_MANY_REQUESTS, "over-quota", "The site is over its quota"),
                E::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such comment"),
                E::Changed { .. } => (StatusCode::PRECONDITION_FAILED, "changed", "The comment has changed"),
                E::Refused(_) => (StatusCode::CONFLICT, "nothing-to-undo", "There is nothing to undo"),
                E::Unrecognisable(_) => {
                    (StatusCode::UNPROCESSABLE_ENTITY, "unrecognisable", "The author cannot be recognised")
                }
                E::TooManyStandings => (StatusCode::CONFLICT, "too-many-standings", "The site has too many standings"),
                E::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "key-reused", "The idempotency key is taken"),
                E::Contended => (StatusCode::CONFLICT, "contended", "Too many calls for one comment"),
                E::Store(StoreError::Damaged(_)) => {
                    (StatusCode::INTERNAL_SERVER_ERROR, "damaged", "The record cannot be read")
                }
                E::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "store-away", "The store is not available"),
            },
        }
    }

    /// What happened, and what to do next.
    fn detail(&self) -> String {
        use ServiceError as E;
        match self {
            Self::NotJson(why) => format!("The body could not be read as a JSON object: {why}. Send one JSON object."),
            Self::NotUtf8 => "The body holds bytes that are not UTF-8. Send the text encoded as UTF-8.".to_owned(),
            Self::BadEncoding => "The body could not be read or decompressed. Check Content-Encoding: \
                gzip and none are understood."
                .to_owned(),
            Self::SlowBody => "The body did not arrive in time. Send it again.".to_owned(),
            Self::BadHeader { header, problem } => format!("{header} {problem}."),
            Self::Unauthenticated => "Send the site's key as `Authorization: Bearer tms_…`. `tamis site add` makes \
                one, `tamis site rotate-key` replaces a lost one."
                .to_owned(),
            Self::UnknownRoute => "Check the path; the API's calls start with /v1/.".to_owned(),
            Self::WrongMethod(allowed) => format!("Use {} here.", allowed.join(" or ")),
            Self::TooLarge { most } => format!("At most {most} bytes are taken (`server.max_body`)."),
            Self::WrongMediaType => "Send the request with `Content-Type: application/json`.".to_owned(),
            Self::Invalid { field, problem } => format!("{field} {problem}."),
            Self::Service(E::OverQuota { quota, retry_after }) => format!(
                "The site may send {} comments in {} seconds (`limits.site`). Try again in {} seconds.",
                quota.count,
                quota.period.as_secs(),
                seconds(*retry_after)
            ),
            Self::Service(E::NotFound) => "This site has no comment with that id.".to_owned(),
            Self::Service(E::Changed { current }) => {
                format!("The comment is now at version {current}. Read it again, then decide.")
            }
            Self::Service(E::Refused(Refusal::NothingToUndo)) => {
                "No resolution of the latest revision stands, so there is nothing to undo.".to_owned()
            }
            Self::Service(E::Refused(Refusal::DecidedSince)) => {
                "Something else was decided since. Read the comment again, then decide.".to_owned()
            }
            Self::Service(E::Unrecognisable(why)) => format!("This cannot be said of the author: {why}."),
            Self::Service(E::TooManyStandings) => {
                format!("A site has at most {} at once. Lift some, or wait until some are over.", standing::MOST)
            }
            Self::Service(E::KeyReused) => {
                "This Idempotency-Key came before with another request. Use a new key for a new request.".to_owned()
            }
            Self::Service(E::Contended) => "Other calls write to the same comment. Send this one again.".to_owned(),
            Self::Service(E::Store(StoreError::Damaged(_))) => {
                "The store holds something that Tamis cannot read; the log says what.".to_owned()
            }
            Self::Service(E::Store(_)) => {
                "No decision can be told, and it may have been recorded or not. Keep the comment and send it again with the \
                 same external_id: it is then recorded once."
                    .to_owned()
            }
        }
    }

    /// The whole cause goes to the log, once, here; the client gets the outline.
    fn log(&self) {
        if let Self::Service(ServiceError::Store(error)) = self {
            tracing::error!(%error, "the store failed a request");
        }
    }
}

/// How long a client should wait before it tries again when the store is away.
const STORE_RETRY: Duration = Duration::from_secs(2);

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.row().0
    }

    fn error_response(&self) -> HttpResponse {
        self.log();
        let (status, name, title) = self.row();
        let field = match self {
            Self::Invalid { field, .. } => Some(field.as_str()),
            Self::BadHeader { header, .. } => Some(*header),
            _ => None,
        };
        let kind = format!("urn:tamis:problem:{name}");
        let body = ProblemBody { kind, title, status: status.as_u16(), detail: self.detail(), field };
        let mut response = HttpResponse::build(status);
        self.add_headers(&mut response);
        response.insert_header((CONTENT_TYPE, "application/problem+json")).body(json(&body))
    }
}

impl Problem {
    fn add_headers(&self, response: &mut HttpResponseBuilder) {
        match self {
            Self::Unauthenticated => {
                response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"tamis\""));
            }
            Self::WrongMethod(allowed) => {
                response.insert_header((ALLOW, allowed.join(", ")));
            }
            Self::Service(ServiceError::OverQuota { quota, retry_after }) => {
                let quota = SiteQuota { quota: *quota, remaining: 0, reset: *retry_after };
                add_rate_limit(response, Some(quota));
                response.insert_header((RETRY_AFTER, seconds(*retry_after)));
            }
            Self::Service(ServiceError::Store(StoreError::Unavailable(_))) => {
                response.insert_header((RETRY_AFTER, seconds(STORE_RETRY)));
            }
            _ => {}
        }
    }
}

/// Serialisation of our own types cannot fail: they hold no maps with strange keys.
pub fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

/// Whole seconds, rounded up: waiting shorter would be in vain.
fn seconds(duration: Duration) -> u64 {
    duration.as_millis().div_ceil(1_000) as u64
}

/// `RateLimit` and `RateLimit-Policy` as draft-ietf-httpapi-ratelimit-headers-11 has them.
fn add_rate_limit(response: &mut HttpResponseBuilder, site: Option<SiteQuota>) {
    let Some(SiteQuota { quota, remaining, reset }) = site else { return };
    let policy = format!("\"site\";q={};w={}", quota.count, quota.period.as_secs());
    response.insert_header(("RateLimit-Policy", policy));
    response.insert_header(("RateLimit", format!("\"site\";r={remaining};t={}", seconds(reset))));
}

/// The strong validator of a version.
pub fn etag(version: u32) -> String {
    format!("\"{version}\"")
}

/// 201 for a decision recorded by this call, 200 for one recorded before.
pub fn moderated(moderated: &Moderated) -> HttpResponse {
    let status = if moderated.newly_recorded { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    add_rate_limit(&mut response, moderated.site_quota);
    if let Answer { id: Some(id), .. } = moderated.answer {
        response.insert_header((ETAG, etag(moderated.version)));
        response.insert_header((LOCATION, format!("/v1/comments/{id}")));
    }
    response.content_type("application/json").body(json(&moderated.answer))
}

pub fn detail(detail: &Detail) -> HttpResponse {
    HttpResponse::build(StatusCode::OK)
        .insert_header((ETAG, etag(detail.version)))
        .content_type("application/json")
        .body(json(detail))
}

/// Any other result.
pub fn document(body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(StatusCode::OK).content_type("application/json").body(json(body))
}

/// A page of a list; `next` is the address of the next one.
pub fn page(body: &impl Serialize, next: Option<String>) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::OK);
    if let Some(next) = next {
        response.insert_header((LINK, format!("<{next}>; rel=\"next\"")));
    }
    response.content_type("application/json").body(json(body))
}

/// What was done, where no record tells it.
pub fn done(body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(StatusCode::OK).content_type("application/json").body(json(body))
}

/// A result that is asked for again and again: nothing is sent to who has it already.
pub fn unless_known(request: &HttpRequest, media: &'static str, body: String) -> HttpResponse {
    let etag = format!("\"{:016x}\"", xxh3_64(body.as_bytes()));
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    // A browser may keep it, and must ask each time whether it still holds.
    response.insert_header((ETAG, etag)).insert_header((CACHE_CONTROL, "private, no-cache"));
    if known { response.finish() } else { response.content_type(media).body(body) }
}

/// Whether the process lives, or is ready.
pub fn health(well: bool, body: &impl Serialize) -> HttpResponse {
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).content_type("application/json").body(json(body))
}

/// What came of asking for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageOutcome {
    Fine,
    /// What was filled in cannot be taken.
    Unreadable,
    Forbidden,
    Missing,
    /// The store does not answer.
    Away,
    /// Our own fault.
    Failed,
}

pub fn html(outcome: PageOutcome, body: String) -> HttpResponse {
    let status = match outcome {
        PageOutcome::Fine => StatusCode::OK,
        PageOutcome::Unreadable => StatusCode::UNPROCESSABLE_ENTITY,
        PageOutcome::Forbidden => StatusCode::FORBIDDEN,
        PageOutcome::Missing => StatusCode::NOT_FOUND,
        PageOutcome::Away => StatusCode::SERVICE_UNAVAILABLE,
        PageOutcome::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    };
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body)
}

/// A file for the browser to keep under a name of ours.
pub fn download(media: &'static str, name: &'static str, body: String) -> HttpResponse {
    HttpResponse::build(StatusCode::OK)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .content_type(media)
        .body(body)
}

/// On to another page, with a GET.
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::SEE_OTHER).insert_header((LOCATION, location)).finish()
}

/// A cookie that cannot be written is not set: who signs in is then asked again.
pub fn set_cookie(response: &mut HttpResponse, cookie: &Cookie<'_>) {
    if let Err(error) = response.add_cookie(cookie) {
        tracing::error!(%error, "a cookie could not be written");
    }
}

/// A file that never changes under its name.
pub fn asset(media: &'static str, body: &'static str) -> HttpResponse {
    let for_good = (CACHE_CONTROL, "public, max-age=31536000, immutable");
    HttpResponse::build(StatusCode::OK).insert_header(for_good).content_type(media).body(body)
}

pub fn no_asset() -> HttpResponse {
    HttpResponse::build(StatusCode::NOT_FOUND).finish()
}

pub async fn unknown_route(_: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::UnknownRoute)
}

pub async fn wrong_method(allowed: &'static [&'static str]) -> Result<HttpResponse, Problem> {
    Err(Problem::WrongMethod(allowed))
}
