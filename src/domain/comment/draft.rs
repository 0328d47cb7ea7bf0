//! A comment as it was sent: the request body of `POST /v1/comments`, and a line of `tamis check`.

use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{AuthorEmail, BodyFormat, Comment, Content, Form, Kind, Language, Page, Role};

/// The fields as written. Only `body` is required; unknown fields are ignored; an empty string is an absent one.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Draft {
    pub external_id: Option<String>,
    #[serde(rename = "type", default)]
    pub kind: Kind,
    pub body: String,
    #[serde(default)]
    pub body_format: BodyFormat,
    #[serde(default, deserialize_with = "object")]
    pub author: DraftAuthor,
    #[serde(default, deserialize_with = "object")]
    pub page: DraftPage,
    pub parent_id: Option<String>,
    pub submitted_at: Option<String>,
    #[serde(default, deserialize_with = "object")]
    pub form: DraftForm,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct DraftAuthor {
    pub name: Option<String>,
    pub email: Option<String>,
    pub url: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub id: Option<String>,
    #[serde(default)]
    pub role: Role,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct DraftPage {
    pub url: Option<String>,
    pub title: Option<String>,
    pub language: Option<String>,
    pub published_at: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct DraftForm {
    pub elapsed_ms: Option<u64>,
    pub honeypot: Option<String>,
}

/// A field that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// Dotted: `author.ip`.
    pub field: &'static str,
    /// What is wrong and what would be right; never the value itself.
    pub problem: String,
}

/// Reads a JSON object; null is an empty one. serde alone would take an array for the fields in their order.
///
/// # Errors
/// Anything else, or what is wrong inside.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Object(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

/// Longest body in bytes, whatever the server's own limit: it bounds the work of every rule.
const MAX_BODY: usize = 1 << 20;
/// Longest of the short fields, in Unicode scalars.
const MAX_NAME: usize = 500;
const MAX_URL: usize = 2_048;
pub(super) const MAX_ID: usize = 255;
const MAX_TITLE: usize = 1_000;

impl Draft {
    pub(super) fn parse(self) -> Result<Comment, FieldError> {
        Ok(Comment {
            external_id: bounded("external_id", self.external_id, MAX_ID)?,
            kind: self.kind,
            content: Content {
                body: body(self.body)?,
                format: self.body_format,
                author_name: bounded("author.name", self.author.name, MAX_NAME)?,
                author_url: bounded("author.url", self.author.url, MAX_URL)?,
            },
            email: AuthorEmail::parse("author.email", self.author.email)?,
            ip: ip("author.ip", self.author.ip)?,
            author_id: bounded("author.id", self.author.id, MAX_ID)?,
            role: self.author.role,
            page: page(self.page)?,
            parent_id: bounded("parent_id", self.parent_id, MAX_ID)?,
            submitted_at: time("submitted_at", self.submitted_at)?,
            form: Form { elapsed_ms: self.form.elapsed_ms, honeypot: present(self.form.honeypot) },
        })
    }
}

fn page(page: DraftPage) -> Result<Page, FieldError> {
    Ok(Page {
        url: bounded("page.url", page.url, MAX_URL)?,
        title: bounded("page.title", page.title, MAX_TITLE)?,
        language: language(page.language)?,
        published_at: time("page.published_at", page.published_at)?,
    })
}

fn body(body: String) -> Result<String, FieldError> {
    if body.len() > MAX_BODY {
        return Err(FieldError {
            field: "body",
            problem: format!("is {} bytes long; at most {MAX_BODY} are taken", body.len()),
        });
    }
    Ok(without_nul(body))
}

/// U+0000 becomes U+FFFD: a database may refuse it, and spans keep their place.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Clients send empty strings for what they do not know.
fn present(value: Option<String>) -> Option<String> {
    value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).map(without_nul)
}

pub(super) fn bounded(field: &'static str, value: Option<String>, most: usize) -> Result<Option<String>, FieldError> {
    let value = present(value);
    match value.as_ref().map(|value| value.chars().count()) {
        Some(length) if length > most => {
            Err(FieldError { field, problem: format!("is {length} characters long; at most {most} are taken") })
        }
        _ => Ok(value),
    }
}

pub(super) fn ip(field: &'static str, value: Option<String>) -> Result<Option<IpAddr>, FieldError> {
    present(value)
        .map(|value| {
            value.parse::<IpAddr>().map(|ip| ip.to_canonical()).map_err(|_| FieldError {
                field,
                problem: "is not an IPv4 or IPv6 address, such as 203.0.113.7 or 2001:db8::7".to_owned(),
            })
        })
        .transpose()
}

fn language(value: Option<String>) -> Result<Option<Language>, FieldError> {
    present(value)
        .map(|value| {
            Language::parse(&value).ok_or_else(|| FieldError {
                field: "page.language",
                problem: "is not a language tag that starts with two letters, such as fr or fr-CA".to_owned(),
            })
        })
        .transpose()
}

fn time(field: &'static str, value: Option<String>) -> Result<Option<Timestamp>, FieldError> {
    present(value)
        .map(|value| {
            value.parse::<Timestamp>().map_err(|_| FieldError {
                field,
                problem: "is not a time with its offset, such as 2026-11-24T09:00:00Z (RFC 3339)".to_owned(),
            })
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(json: &str) -> Result<Comment, FieldError> {
        Comment::parse(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn only_the_body_is_required() {
        let comment = draft(r#"{"body": "Bonjour"}"#).unwrap();
        assert_eq!(comment.content().body, "Bonjour");
        assert_eq!((comment.kind(), comment.role()), (Kind::Comment, Role::Visitor));
    }

    #[test]
    fn empty_strings_are_absent() {
        let comment = draft(r#"{"body": "", "external_id": " ", "author": {"ip": "", "email": ""}}"#).unwrap();
        assert_eq!((comment.external_id(), comment.ip(), comment.email()), (None, None, None));
    }

    #[test]
    fn an_error_names_the_field_and_not_the_value() {
        let error = draft(r#"{"body": "", "author": {"ip": "chez moi"}}"#).unwrap_err();
        assert_eq!(error.field, "author.ip");
        assert!(!error.to_string().contains("chez moi"));
        assert_eq!(draft(r#"{"body": "", "submitted_at": "hier"}"#).unwrap_err().field, "submitted_at");
        assert_eq!(draft(r#"{"body": "", "page": {"language": "french"}}"#).unwrap_err().field, "page.language");
    }

    #[test]
    fn an_array_is_no_object_and_null_is_an_empty_one() {
        assert!(serde_json::from_str::<Draft>(r#"{"body": "", "author": ["Bob"]}"#).is_err());
        assert!(draft(r#"{"body": "", "author": null, "form": null}"#).is_ok());
    }

    #[test]
    fn a_mapped_address_is_the_address_it_maps() {
        let comment = draft(r#"{"body": "", "author": {"ip": "::ffff:203.0.113.7"}}"#).unwrap();
        assert_eq!(comment.ip(), Some("203.0.113.7".parse().unwrap()));
    }

    #[test]
    fn a_nul_keeps_its_place() {
        assert_eq!(draft(r#"{"body": "a\u0000b"}"#).unwrap().content().body, "a\u{fffd}b");
    }

    #[test]
    fn long_fields_are_refused_by_length() {
        let name = "é".repeat(MAX_NAME + 1);
        let error = draft(&format!(r#"{{"body": "", "author": {{"name": "{name}"}}}}"#)).unwrap_err();
        assert_eq!(error.to_string(), "author.name: is 501 characters long; at most 500 are taken");
    }
}
