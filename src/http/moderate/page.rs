//! What stands around every page, and the pages that stand in for one that cannot be shown.

use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use super::assets::{ICON, SCRIPT, STYLE};
use super::guard::{Guest, Visitor};
use super::words::Words;
use crate::http::reply::{self, PageOutcome};
use crate::ports::store::StoreError;
use crate::service::ServiceError;
use crate::service::accounts::SignedIn;

/// What the layout shows around a page's own part.
pub struct Frame {
    pub words: &'static Words,
    pub title: String,
    pub reader: Option<Reader>,
    /// The pages of a site, on each of them.
    pub nav: Vec<Entry>,
    pub style: String,
    pub script: String,
    pub icon: String,
}

/// A page of a site, as the navigation names it.
pub struct Entry {
    pub link: String,
    pub said: String,
    pub is_here: bool,
}

/// Who is signed in.
pub struct Reader {
    pub name: String,
    /// What every form carries.
    pub form_token: String,
}

impl Frame {
    pub fn new(words: &'static Words, title: &str, signed_in: Option<&SignedIn>) -> Self {
        let reader = signed_in.map(|signed_in| Reader {
            name: signed_in.moderator.name.to_string(),
            form_token: signed_in.token.form_token(),
        });
        let (style, script, icon) = (STYLE.path(), SCRIPT.path(), ICON.path());
        Self { words, title: words.say(title), reader, nav: Vec::new(), style, script, icon }
    }

    /// What a form of a moderator must carry; nothing for guests.
    pub fn form_token(&self) -> &str {
        self.reader.as_ref().map_or("", |reader| &reader.form_token)
    }
}

/// A page with what came of asking for it.
pub fn show(outcome: PageOutcome, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => reply::html(outcome, html),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            reply::html(PageOutcome::Failed, String::new())
        }
    }
}

/// A few words instead of a page: what happened, and what to do next.
#[derive(Template)]
#[template(path = "moderate/notice.html")]
struct Notice {
    frame: Frame,
    text: String,
}

/// Why a page is not shown, and what is instead.
#[derive(Debug)]
pub enum Stop {
    Forward(String),
    Notice { outcome: PageOutcome, html: String },
}

impl Stop {
    fn notice(outcome: PageOutcome, frame: Frame, text: &str) -> Self {
        let text = frame.words.say(text);
        let html = Notice { frame, text }.render().unwrap_or_default();
        Self::Notice { outcome, html }
    }

    /// To the entrance, and back here after it.
    pub fn sign_in(request: &HttpRequest) -> Self {
        let here = match request.method().is_safe() {
            true => request.uri().path_and_query().map_or("", |here| here.as_str()),
            false => "",
        };
        let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
        Self::Forward(format!("/moderate/sign-in?next={next}"))
    }

    pub fn forbidden(visitor: &Visitor) -> Self {
        Self::notice(PageOutcome::Forbidden, visitor.frame("forbidden-title"), "forbidden-text")
    }

    /// The form is not from a page of this session.
    pub fn foreign(guest: Guest) -> Self {
        Self::notice(PageOutcome::Forbidden, guest.frame("foreign-title"), "foreign-text")
    }

    pub fn unreadable(guest: Guest) -> Self {
        Self::notice(PageOutcome::Unreadable, guest.frame("unreadable-title"), "unreadable-text")
    }

    pub fn missing(guest: Guest) -> Self {
        Self::notice(PageOutcome::Missing, guest.frame("missing-title"), "missing-text")
    }

    pub fn away(guest: Guest) -> Self {
        Self::notice(PageOutcome::Away, guest.frame("away-title"), "away-text")
    }

    /// A use case failed.
    pub fn failed(guest: Guest, error: &ServiceError) -> Self {
        match error {
            ServiceError::Store(error) => Self::store(guest, error),
            ServiceError::NotFound => Self::missing(guest),
            _ => Self::away(guest),
        }
    }

    pub fn store(guest: Guest, error: &StoreError) -> Self {
        tracing::error!(%error, "the store failed a page");
        Self::away(guest)
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("another page is shown instead")
    }
}

impl ResponseError for Stop {
    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Forward(to) => reply::see_other(to),
            Self::Notice { outcome, html } => reply::html(*outcome, html.clone()),
        }
    }
}

/// A path of the page where nothing is.
pub async fn missing(guest: Guest) -> Result<HttpResponse, Stop> {
    Err(Stop::missing(guest))
}
