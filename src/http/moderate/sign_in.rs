//! Signing in and out.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Filled, GuestForm};
use super::guard::{self, Guest};
use super::page::{self, Frame, Stop};
use crate::http::reply::{self, PageOutcome};
use crate::http::server::Shared;
use crate::service::accounts::SessionError;

#[derive(Template)]
#[template(path = "moderate/sign_in.html")]
struct SignIn {
    frame: Frame,
    /// Where to go afterwards.
    next: String,
    email: String,
    refused: bool,
}

#[derive(Deserialize)]
pub struct Way {
    #[serde(default)]
    next: String,
}

pub async fn show(guest: Guest, way: web::Query<Way>) -> HttpResponse {
    let (frame, next) = (guest.frame("sign-in-title"), way.into_inner().next);
    page::show(PageOutcome::Fine, &SignIn { frame, next, email: String::new(), refused: false })
}

pub async fn submit(
    request: HttpRequest,
    shared: web::Data<Shared>,
    GuestForm { guest, fields }: GuestForm,
) -> Result<HttpResponse, Stop> {
    let (email, password) = (fields.get("email"), fields.get("password"));
    let from = shared.proxies.client(&request);
    match shared.sessions.sign_in(email, password.into(), from).await {
        Ok(signed_in) => {
            let mut response = reply::see_other(inside(fields.get("next")));
            reply::set_cookie(&mut response, &guard::cookie(&shared, &signed_in.token));
            Ok(response)
        }
        Err(SessionError::Refused(_)) => {
            let (next, email) = (fields.get("next").to_owned(), email.to_owned());
            let frame = guest.frame("sign-in-title");
            Ok(page::show(PageOutcome::Forbidden, &SignIn { frame, next, email, refused: true }))
        }
        Err(SessionError::Store(error)) => Err(Stop::store(guest, &error)),
    }
}

pub async fn leave(shared: web::Data<Shared>, filled: Filled) -> Result<HttpResponse, Stop> {
    let visitor = filled.visitor;
    let left = shared.sessions.sign_out(&visitor.signed_in).await;
    left.map_err(|error| Stop::store(Guest { locale: visitor.locale }, &error))?;
    let mut response = reply::see_other("/moderate/sign-in");
    reply::set_cookie(&mut response, &guard::no_cookie(&shared));
    Ok(response)
}

/// A path of the page, or else its start: nobody is sent elsewhere from here.
pub fn inside(next: &str) -> &str {
    let sound = next.starts_with("/moderate/")
        && !next.contains("//")
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if sound { next } else { "/moderate/" }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(inside("/moderate/sites/default/queue?page=2"), "/moderate/sites/default/queue?page=2");
        for elsewhere in [
            "",
            "https://evil.example/",
            "//evil.example",
            "/moderate//evil",
            "/v1/x",
            "/moderate/\\x",
            "/moderate/\r\nSet-Cookie: a",
        ] {
            assert_eq!(inside(elsewhere), "/moderate/", "{elsewhere}");
        }
    }
}
