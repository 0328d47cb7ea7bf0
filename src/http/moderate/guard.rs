//! Who looks at the page: a moderator with a session that holds, or a guest on the way to one.

use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header::{AcceptLanguage, HOST, Header, LanguageTag, ORIGIN, Preference};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use url::Url;

use super::look;
use super::page::{Entry, Frame, Stop};
use super::words::Words;
use crate::domain::moderator::{Deed, Permit, SessionTerms, deed};
use crate::domain::site::{Locale, Site};
use crate::http::server::Shared;
use crate::service::accounts::{SignedIn, Token};

/// Anybody: their language.
#[derive(Clone, Copy)]
pub struct Guest {
    pub locale: Locale,
}

/// A moderator with a session that holds. A handler that takes one cannot be reached without.
#[derive(Clone)]
pub struct Visitor {
    pub signed_in: SignedIn,
    pub locale: Locale,
}

/// A moderator who may do `D` on the site that the path names.
pub struct At<D> {
    pub visitor: Visitor,
    pub site: Arc<Site>,
    pub permit: Permit<D>,
    deed: PhantomData<D>,
}

impl Guest {
    pub fn frame(self, title: &str) -> Frame {
        Frame::new(Words::of(self.locale), title, None)
    }
}

impl Visitor {
    pub fn frame(&self, title: &str) -> Frame {
        Frame::new(Words::of(self.locale), title, Some(&self.signed_in))
    }

    pub fn words(&self) -> &'static Words {
        Words::of(self.locale)
    }
}

/// A page of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Queue,
    Done,
    Audit,
    /// One that the navigation does not name.
    Within,
}

impl<D> At<D> {
    /// With the pages of the site that the visitor may see.
    pub fn frame(&self, title: &str, here: Place) -> Frame {
        let moderator = &self.visitor.signed_in.moderator;
        let (words, home) = (self.visitor.words(), look::home(&self.site));
        let entry = |place, path: &str, title: &str| Entry {
            link: format!("{home}/{path}"),
            said: words.say(title),
            is_here: place == here,
        };
        let mut frame = self.visitor.frame(title);
        frame.nav = vec![entry(Place::Queue, "queue", "queue-title")];
        if moderator.permit::<deed::Review>(self.site.id).is_ok() {
            frame.nav.push(entry(Place::Done, "done", "done-title"));
        }
        if moderator.permit::<deed::Audit>(self.site.id).is_ok() {
            frame.nav.push(entry(Place::Audit, "audit", "audit-title"));
        }
        frame
    }
}

impl FromRequest for Guest {
    type Error = Stop;
    type Future = Ready<Result<Self, Stop>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { locale: preferred(request) }))
    }
}

impl FromRequest for Visitor {
    type Error = Stop;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Stop>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { visitor(&request).await })
    }
}

impl<D: Deed + 'static> FromRequest for At<D> {
    type Error = Stop;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Stop>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let visitor = visitor(&request).await?;
            let name = request.match_info().query("site");
            let site = shared(&request).and_then(|shared| shared.sites.named(name));
            // A site that is not there and one that is not theirs look the same.
            let Some(site) = site else { return Err(Stop::forbidden(&visitor)) };
            let permit = visitor.signed_in.moderator.permit(site.id).map_err(|_| Stop::forbidden(&visitor))?;
            Ok(Self { visitor, site, permit, deed: PhantomData })
        })
    }
}

/// Asked of the store once a request.
pub async fn visitor(request: &HttpRequest) -> Result<Visitor, Stop> {
    if let Some(known) = request.extensions().get::<Visitor>() {
        return Ok(known.clone());
    }
    let guest = Guest { locale: preferred(request) };
    let away = || Stop::away(guest);
    let shared = shared(request).ok_or_else(away)?;
    let Some(token) = request.cookie(cookie_name(shared)) else { return Err(Stop::sign_in(request)) };
    let found = shared.sessions.find(Token::sent(token.value())).await.map_err(|error| Stop::store(guest, &error))?;
    let Some(signed_in) = found else { return Err(Stop::sign_in(request)) };
    let visitor = Visitor { locale: signed_in.moderator.locale.unwrap_or(guest.locale), signed_in };
    request.extensions_mut().insert(visitor.clone());
    Ok(visitor)
}

pub fn shared(request: &HttpRequest) -> Option<&web::Data<Shared>> {
    request.app_data::<web::Data<Shared>>()
}

/// Where the reader finds this server: as it is configured, or else as the request says it. What is made of it goes
/// back to the same reader alone.
pub fn origin(request: &HttpRequest) -> String {
    if let Some(public) = shared(request).and_then(|shared| shared.public_url.as_ref()) {
        return public.origin().ascii_serialization();
    }
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let sent = header(ORIGIN).map(str::to_owned).or_else(|| Some(format!("http://{}", header(HOST)?)));
    let origin = sent.and_then(|origin| Url::parse(&origin).ok()).filter(Url::has_host).map(|url| url.origin());
    origin.map(|origin| origin.ascii_serialization()).unwrap_or_default()
}

/// The first of the browser's languages that the page has; French where it has none of them.
fn preferred(request: &HttpRequest) -> Locale {
    let Ok(accepted) = AcceptLanguage::parse(request) else { return Locale::default() };
    let known = |tag: &Preference<LanguageTag>| match tag.item().map(|tag| tag.primary_language().to_owned()) {
        Some(language) if language == "fr" => Some(Locale::Fr),
        Some(language) if language == "en" => Some(Locale::En),
        _ => None,
    };
    accepted.ranked().iter().find_map(known).unwrap_or_default()
}

/// Behind https, a name that browsers take only from https and from this very host.
fn cookie_name(shared: &Shared) -> &'static str {
    if is_https(shared) { "__Host-tamis" } else { "tamis" }
}

fn is_https(shared: &Shared) -> bool {
    shared.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
}

/// What the browser keeps while signed in. `Lax`: a link in a mail leads in, a form from elsewhere does not.
pub fn cookie(shared: &Shared, token: &Token) -> Cookie<'static> {
    let SessionTerms { longest, .. } = shared.sessions.terms;
    build_cookie(shared, token.expose().to_owned(), Duration::seconds(longest.as_secs().cast_signed()))
}

/// What takes it away again.
pub fn no_cookie(shared: &Shared) -> Cookie<'static> {
    build_cookie(shared, String::new(), Duration::ZERO)
}

fn build_cookie(shared: &Shared, value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(cookie_name(shared), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_https(shared))
        .max_age(age)
        .finish()
}
