//! The start: the sites that a moderator sees.

use actix_web::http::header::REFERER;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use url::{Position, Url};

use super::form::Filled;
use super::guard::{Guest, Visitor};
use super::look::{self, Asked};
use super::page::{self, Frame, Stop};
use super::sign_in;
use crate::domain::moderator::Role;
use crate::domain::site::{Locale, Site};
use crate::http::reply::{self, PageOutcome};
use crate::http::server::Shared;

#[derive(Template)]
#[template(path = "moderate/home.html")]
struct Home {
    frame: Frame,
    sites: Vec<Row>,
}

/// A site, and what the moderator is there.
struct Row {
    name: String,
    queue: String,
    role: String,
}

pub async fn forward() -> HttpResponse {
    reply::see_other("/moderate/")
}

pub async fn show(visitor: Visitor, shared: web::Data<Shared>) -> HttpResponse {
    let row = |site: &Site, role| Row {
        name: site.name.clone(),
        queue: look::queue(site, &Asked::default()),
        role: role_name(&visitor, role),
    };
    let moderator = &visitor.signed_in.moderator;
    let sites = shared.sites.all();
    let seen = sites.iter().filter_map(|site| Some(row(site, moderator.role_on(site.id)?)));
    page::show(PageOutcome::Fine, &Home { frame: visitor.frame("home-title"), sites: seen.collect() })
}

fn role_name(visitor: &Visitor, role: Role) -> String {
    let words = visitor.words();
    match role {
        Role::Viewer => words.say("role-viewer"),
        Role::Moderator => words.say("role-moderator"),
        Role::Lead => words.say("role-lead"),
        Role::Operator => words.say("role-operator"),
    }
}

/// Back to the page it was chosen on, as the browser names it.
pub async fn choose_language(
    shared: web::Data<Shared>,
    request: HttpRequest,
    filled: Filled,
) -> Result<HttpResponse, Stop> {
    let Filled { visitor, fields } = filled;
    let guest = Guest { locale: visitor.locale };
    let locale = match fields.get("language") {
        "fr" => Locale::Fr,
        "en" => Locale::En,
        _ => return Err(Stop::unreadable(guest)),
    };
    let chosen = shared.sessions.choose_locale(&visitor.signed_in, locale).await;
    chosen.map_err(|error| Stop::store(guest, &error))?;
    let from = request.headers().get(REFERER).and_then(|from| Url::parse(from.to_str().ok()?).ok());
    let back = from.map(|from| from[Position::BeforePath..Position::AfterQuery].to_owned()).unwrap_or_default();
    Ok(reply::see_other(sign_in::inside(&back)))
}
