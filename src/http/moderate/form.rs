//! Forms: where they come from is checked before what they say.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{HOST, ORIGIN};
use actix_web::{FromRequest, HttpRequest, web};
use subtle::ConstantTimeEq;
use url::Url;

use super::guard::{self, Guest, Visitor};
use super::page::Stop;
use crate::http::server::Shared;

/// The name of the field that shows that the form is from a page of the same session.
pub const TOKEN: &str = "token";

/// What a form says, in its order; a name may come more than once.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value under a name; nothing where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Every value under a name, such as that of boxes to tick.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A moderator's form, from a page of the same session.
pub struct Filled {
    pub visitor: Visitor,
    pub fields: Fields,
}

/// A form of somebody who is not signed in, from a page of this server.
pub struct GuestForm {
    pub guest: Guest,
    pub fields: Fields,
}

impl FromRequest for Filled {
    type Error = Stop;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Stop>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, body) = (request.clone(), web::Bytes::from_request(request, payload));
        Box::pin(async move {
            let visitor = guard::visitor(&request).await?;
            let guest = Guest { locale: visitor.locale };
            let fields = read(&request, guest, body.await)?;
            let expected = visitor.signed_in.token.form_token();
            match bool::from(fields.get(TOKEN).as_bytes().ct_eq(expected.as_bytes())) {
                true => Ok(Self { visitor, fields }),
                false => Err(Stop::foreign(guest)),
            }
        })
    }
}

impl FromRequest for GuestForm {
    type Error = Stop;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Stop>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, body) = (request.clone(), web::Bytes::from_request(request, payload));
        let guest = Guest::from_request(&request, &mut Payload::None);
        Box::pin(async move {
            let guest = guest.await?;
            Ok(Self { guest, fields: read(&request, guest, body.await)? })
        })
    }
}

fn read(request: &HttpRequest, guest: Guest, body: Result<web::Bytes, actix_web::Error>) -> Result<Fields, Stop> {
    if !is_from_here(request) {
        return Err(Stop::foreign(guest));
    }
    let body = body.map_err(|_| Stop::unreadable(guest))?;
    Ok(Fields(url::form_urlencoded::parse(&body).into_owned().collect()))
}

/// Browsers send the origin of the page with every form; one from elsewhere, or none, is refused.
fn is_from_here(request: &HttpRequest) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = header(ORIGIN).and_then(|origin| Url::parse(origin).ok()) else { return false };
    let public = guard::shared(request).and_then(|shared: &web::Data<Shared>| shared.public_url.as_ref());
    match public {
        Some(public) => origin.origin() == public.origin(),
        // A proxy that is not told of in the configuration still passes the host on.
        None => header(HOST).is_some_and(|host| authority(&origin) == host),
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
