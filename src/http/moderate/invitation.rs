//! Accepting an invitation: choosing a password, once.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::form::GuestForm;
use super::guard::{self, Guest};
use super::page::{self, Frame, Stop};
use crate::domain::moderator::Moderator;
use crate::http::reply::{self, PageOutcome};
use crate::http::server::Shared;
use crate::service::accounts::{Acceptance, Token, WeakPassword};

#[derive(Template)]
#[template(path = "moderate/invitation.html")]
struct Invitation {
    frame: Frame,
    name: String,
    email: String,
    /// What is wrong with the password.
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "moderate/notice.html")]
struct Over {
    frame: Frame,
    text: String,
}

pub async fn show(guest: Guest, shared: web::Data<Shared>, token: web::Path<String>) -> Result<HttpResponse, Stop> {
    let invited = shared.sessions.invited(&Token::sent(&token)).await.map_err(|error| Stop::store(guest, &error))?;
    Ok(invited.map_or_else(|| over(guest), |(_, moderator)| ask(guest, &moderator, None)))
}

pub async fn accept(
    shared: web::Data<Shared>,
    token: web::Path<String>,
    GuestForm { guest, fields }: GuestForm,
) -> Result<HttpResponse, Stop> {
    let accepted = shared.sessions.accept(&Token::sent(&token), fields.get("password").into()).await;
    match accepted.map_err(|error| Stop::store(guest, &error))? {
        Acceptance::Accepted(signed_in) => {
            let mut response = reply::see_other("/moderate/");
            reply::set_cookie(&mut response, &guard::cookie(&shared, &signed_in.token));
            Ok(response)
        }
        Acceptance::Weak(moderator, weak) => Ok(ask(guest, &moderator, Some(weak))),
        Acceptance::Over => Ok(over(guest)),
    }
}

fn ask(guest: Guest, moderator: &Moderator, weak: Option<WeakPassword>) -> HttpResponse {
    let frame = guest.frame("invitation-title");
    let problem = weak.map(|weak| match weak {
        WeakPassword::Length => frame.words.say("password-length"),
        WeakPassword::Obvious => frame.words.say("password-obvious"),
    });
    let outcome = if problem.is_some() { PageOutcome::Unreadable } else { PageOutcome::Fine };
    let (name, email) = (moderator.name.to_string(), moderator.email.to_string());
    page::show(outcome, &Invitation { frame, name, email, problem })
}

fn over(guest: Guest) -> HttpResponse {
    let frame = guest.frame("invitation-over-title");
    let text = frame.words.say("invitation-over-text");
    page::show(PageOutcome::Missing, &Over { frame, text })
}
