//! A JSON request body, read within bounds and parsed with errors that name the field at fault.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::reply::Problem;
use super::server::Shared;

/// A parsed body, and its bytes for the digest that an idempotency key needs.
pub struct Json<T> {
    pub value: T,
    pub bytes: web::Bytes,
}

/// How long a client may take to send a body.
const PATIENCE: Duration = Duration::from_secs(10);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let most = request.app_data::<web::Data<Shared>>().map_or(0, |shared| shared.max_body);
        let is_json = matches!(request.content_type(), "application/json") || request.content_type().ends_with("+json");
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Problem::WrongMediaType);
            }
            let bytes = tokio::time::timeout(PATIENCE, bytes).await.map_err(|_| Problem::SlowBody)?;
            let bytes = bytes.map_err(|error| unreadable(&error, most))?;
            Ok(Self { value: parse(&bytes)?, bytes })
        })
    }
}

fn unreadable(error: &actix_web::Error, most: usize) -> Problem {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => Problem::TooLarge { most },
        _ => Problem::BadEncoding,
    }
}

/// # Errors
/// The bytes are not UTF-8, not JSON, or JSON of another shape.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::NotUtf8)?;
    if text.trim_start().starts_with('[') {
        // serde would take an array for the fields in their order.
        return Err(Problem::NotJson("it is an array".to_owned()));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| problem(&error))?;
    deserializer.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn problem(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let cause = error.inner();
    if !cause.is_data() {
        return not_json(cause);
    }
    let message = cause.to_string();
    match message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        Some((field, _)) => Problem::Invalid { field: field.to_owned(), problem: "is required".to_owned() },
        None => Problem::Invalid { field: error.path().to_string(), problem: expectation(&message) },
    }
}

/// serde's messages quote what was sent; only what was expected goes back.
fn expectation(message: &str) -> String {
    let expected = message.rsplit_once("expected ").map_or("another type", |(_, expected)| expected);
    let expected = expected.split(" at line ").next().unwrap_or(expected);
    format!("is not what is expected here: {expected}")
}

fn not_json(error: &serde_json::Error) -> Problem {
    let kind = if error.is_eof() { "it ends too early" } else { "it is malformed" };
    Problem::NotJson(format!("{kind} at line {}, column {}", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::Draft;

    fn refusal(bytes: &[u8]) -> String {
        parse::<Draft>(bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_type_names_the_field_and_not_the_value() {
        let refusal = refusal(br#"{"body": "x", "author": {"name": {"secret": 1}}}"#);
        assert!(refusal.starts_with("author.name "), "{refusal}");
        assert!(!refusal.contains("secret"), "{refusal}");
    }

    #[test]
    fn a_value_that_is_not_of_the_list_is_not_repeated() {
        let refusal = refusal(br#"{"body": "x", "type": "expected secret"}"#);
        assert!(refusal.starts_with("type ") && refusal.contains("pingback"), "{refusal}");
        assert!(!refusal.contains("secret"), "{refusal}");
    }

    #[test]
    fn the_missing_field_is_named() {
        assert_eq!(refusal(b"{}"), "body is required.");
    }

    #[test]
    fn broken_json_tells_where() {
        assert!(refusal(b"{\"body\": ").contains("line 1, column 9"));
        assert!(refusal(b"{\"body\": \"x\"} {}").contains("malformed"));
        assert!(refusal(b"").contains("ends too early"));
        assert!(refusal(b"[\"x\"]").contains("is an array"));
        assert!(matches!(parse::<Draft>(b"{\"body\": \"\xff\"}"), Err(Problem::NotUtf8)));
    }
}
