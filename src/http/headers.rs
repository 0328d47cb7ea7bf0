//! Headers with a meaning: request ids, preconditions, idempotency keys.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue, IF_MATCH};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, web};
use tracing::Instrument;
use uuid::Uuid;

use crate::domain::site::Site;
use crate::ports::store::Claim;

use super::reply::Problem;
use super::server::Shared;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// Longest idempotency key and request id that are taken from a client.
const MAX_TOKEN: usize = 255;

/// Gives every request an id (the client's own, if it sent a sane one) and every answer the same; logs one line a
/// request: never a query, a body, an address or a key.
pub async fn request_id_and_log(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let id = sent_id(&request).unwrap_or_else(|| HeaderValue::try_from(Uuid::now_v7().to_string()).unwrap_or(NO_ID));
    let method = request.method().as_str().to_owned();
    let route = request.match_pattern().unwrap_or_else(|| "unknown".to_owned());
    let started = Instant::now();

    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default(), method, route);
    let mut response = next.call(request).instrument(span.clone()).await?;

    let status = response.status();
    let micros = started.elapsed().as_micros() as u64;
    span.in_scope(|| match status.is_server_error() {
        true => tracing::warn!(status = status.as_u16(), micros, "answered with a server error"),
        false => tracing::debug!(status = status.as_u16(), micros, "answered"),
    });
    response.headers_mut().insert(REQUEST_ID, id);
    Ok(response)
}

const NO_ID: HeaderValue = HeaderValue::from_static("none");

/// An id that is short and printable, so that it can do no harm in a log.
fn sent_id(request: &ServiceRequest) -> Option<HeaderValue> {
    let id = request.headers().get(REQUEST_ID)?;
    let sane = !id.is_empty() && id.len() <= MAX_TOKEN && id.as_bytes().iter().all(u8::is_ascii_graphic);
    sane.then(|| id.clone())
}

/// The version that `If-Match` demands; `*` and no header demand none.
///
/// # Errors
/// The header is not an entity tag of ours.
pub fn if_match(request: &HttpRequest) -> Result<Option<u32>, Problem> {
    let malformed =
        Problem::BadHeader { header: "If-Match", problem: "must be an ETag as Tamis gave it, such as \"3\"" };
    let Some(value) = request.headers().get(IF_MATCH) else { return Ok(None) };
    match value.to_str().unwrap_or_default().trim() {
        "*" => Ok(None),
        tag => {
            let version = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok());
            version.map(Some).ok_or(malformed)
        }
    }
}

/// The claim that an `Idempotency-Key` makes for this very request.
///
/// # Errors
/// The key is empty or too long.
pub fn claim(
    request: &HttpRequest,
    shared: &web::Data<Shared>,
    site: &Site,
    body: &[u8],
) -> Result<Option<Claim>, Problem> {
    let Some(key) = request.headers().get(IDEMPOTENCY_KEY) else { return Ok(None) };
    if key.is_empty() || key.len() > MAX_TOKEN {
        return Err(Problem::BadHeader { header: IDEMPOTENCY_KEY, problem: "must hold 1 to 255 characters" });
    }
    let digests = &shared.service.keys.content;
    let (method, path) = (request.method().as_str().as_bytes(), request.path().as_bytes());
    Ok(Some(Claim {
        key: digests.digest(&[b"idempotency key", site.id.0.as_bytes(), key.as_bytes()]),
        request: digests.digest(&[b"idempotent request", method, path, body]),
        at: shared.service.clock.now(),
    }))
}
