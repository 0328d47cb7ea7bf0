//! How a moderator is told that something waits.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::form::{Fields, Filled};
use super::guard::{self, Guest, Visitor};
use super::page::{self, Frame, Stop};
use super::when;
use super::words::Words;
use crate::domain::moderator::{Email, Moderator, Wish};
use crate::http::reply::{self, PageOutcome};
use crate::http::server::Shared;
use crate::ports::store::StoreError;
use crate::service::accounts::OwnBulletin;

#[derive(Template)]
#[template(path = "moderate/notifications.html")]
struct Notifications {
    frame: Frame,
    /// The address of the feed that was just made: shown this once.
    fresh: Option<String>,
    /// Since when there is a feed.
    feed: Option<FeedView>,
    /// `None` where no mail server is configured.
    mail: Option<MailView>,
}

/// Bulletins, as they are or could be wished.
#[derive(Clone)]
struct MailView {
    is_on: bool,
    /// What cannot be taken.
    problem: Option<String>,
    failed: Option<String>,
    address: String,
    hours: Vec<(u8, String, bool)>,
    least: String,
    zone: String,
}

struct FeedView {
    instant: String,
    said: String,
}

/// `GET /moderate/notifications`
pub async fn show(visitor: Visitor, shared: web::Data<Shared>) -> Result<HttpResponse, Stop> {
    ask(&visitor, &shared, None, None).await
}

/// `POST /moderate/notifications/feed`: shows the link at once, since only its digest is kept.
pub async fn make_feed(shared: web::Data<Shared>, request: HttpRequest, filled: Filled) -> Result<HttpResponse, Stop> {
    let Filled { visitor, .. } = filled;
    keep_language(&shared, &visitor).await?;
    let made = shared.notifications.make_feed(&visitor.signed_in.moderator).await.map_err(failed(&visitor))?;
    // Disabled meanwhile: so is the session.
    let Some(token) = made else { return Err(Stop::sign_in(&request)) };
    let link = format!("{}/moderate/feed/{}", guard::origin(&request), token.expose());
    ask(&visitor, &shared, Some(link), None).await
}

/// `POST /moderate/notifications/feed/revoke`
pub async fn revoke_feed(shared: web::Data<Shared>, filled: Filled) -> Result<HttpResponse, Stop> {
    let Filled { visitor, .. } = filled;
    shared.notifications.revoke_feed(&visitor.signed_in.moderator).await.map_err(failed(&visitor))?;
    Ok(reply::see_other("/moderate/notifications"))
}

/// The language that the page has for a moderator who never chose one: feeds and mails have it from then on.
async fn keep_language(shared: &Shared, visitor: &Visitor) -> Result<(), Stop> {
    match visitor.signed_in.moderator.locale {
        Some(_) => Ok(()),
        None => shared.sessions.choose_locale(&visitor.signed_in, visitor.locale).await.map_err(failed(visitor)),
    }
}

/// `POST /moderate/notifications/bulletin`
pub async fn set_bulletin(shared: web::Data<Shared>, filled: Filled) -> Result<HttpResponse, Stop> {
    let Filled { visitor, fields } = filled;
    let wish = match (fields.get("hour").parse(), fields.get("least").trim().parse()) {
        (Ok(hour), Ok(least)) => Wish::new(hour, least).ok(),
        _ => None,
    };
    let (Some(wish), Ok(to)) = (wish, Email::parse(fields.get("address"))) else {
        return ask(&visitor, &shared, None, Some(&fields)).await;
    };
    keep_language(&shared, &visitor).await?;
    let moderator = &visitor.signed_in.moderator;
    shared.notifications.set_bulletin(moderator, &to, wish).await.map_err(failed(&visitor))?;
    Ok(reply::see_other("/moderate/notifications"))
}

/// `POST /moderate/notifications/bulletin/stop`
pub async fn stop_bulletin(shared: web::Data<Shared>, filled: Filled) -> Result<HttpResponse, Stop> {
    let Filled { visitor, .. } = filled;
    shared.notifications.stop_bulletin(&visitor.signed_in.moderator).await.map_err(failed(&visitor))?;
    Ok(reply::see_other("/moderate/notifications"))
}

/// The page, with the link of a feed just made, or a form that could not be taken.
async fn ask(
    visitor: &Visitor,
    shared: &Shared,
    fresh: Option<String>,
    refused: Option<&Fields>,
) -> Result<HttpResponse, Stop> {
    let (words, now) = (visitor.words(), shared.service.clock.now());
    let moderator = &visitor.signed_in.moderator;
    let feed = shared.notifications.feed_of(moderator).await.map_err(failed(visitor))?;
    let feed = feed.map(|feed| FeedView {
        instant: feed.made_at.to_string(),
        said: words.naming("feed-made", &when::ago(words, feed.made_at, now)),
    });
    let own = shared.notifications.bulletin_of(moderator).await.map_err(failed(visitor))?;
    let zone = shared.notifications.mailing.as_ref().map(|mailing| mailing.zone.clone());
    let mail = zone.map(|zone| {
        let view = MailView::of(own.as_ref(), moderator, words, now, &zone);
        refused.map_or(view.clone(), |fields| view.refused(fields, words))
    });
    let outcome = if refused.is_some() { PageOutcome::Unreadable } else { PageOutcome::Fine };
    let frame = visitor.frame("notifications-title");
    Ok(page::show(outcome, &Notifications { frame, fresh, feed, mail }))
}

/// At which hour one is proposed.
const MORNING: u8 = 8;

impl MailView {
    fn of(own: Option<&OwnBulletin>, moderator: &Moderator, words: &Words, now: Timestamp, zone: &TimeZone) -> Self {
        let wish = own.map(|own| own.bulletin.wish);
        let hour = wish.map_or(MORNING, Wish::hour);
        let address = own.map_or(Some(&moderator.email), |own| own.address.as_ref());
        let failed_at = own.and_then(|own| own.bulletin.progress.failed_at);
        Self {
            is_on: own.is_some(),
            problem: None,
            failed: failed_at.map(|at| words.naming("bulletin-failed", &when::ago(words, at, now))),
            address: address.map(ToString::to_string).unwrap_or_default(),
            hours: (0..24).map(|each| (each, words.naming("bulletin-hour", &each.to_string()), each == hour)).collect(),
            least: wish.map_or(1, Wish::least).to_string(),
            zone: words.naming("bulletin-zone", zone.iana_name().unwrap_or("UTC")),
        }
    }

    /// As it was filled in.
    fn refused(self, fields: &Fields, words: &Words) -> Self {
        let hours = self.hours.into_iter().map(|(hour, said, _)| (hour, said, fields.get("hour") == hour.to_string()));
        Self {
            problem: Some(words.say("bulletin-problem")),
            address: fields.get("address").to_owned(),
            hours: hours.collect(),
            least: fields.get("least").to_owned(),
            ..self
        }
    }
}

fn failed(visitor: &Visitor) -> impl Fn(StoreError) -> Stop {
    let guest = Guest { locale: visitor.locale };
    move |error| Stop::store(guest, &error)
}
