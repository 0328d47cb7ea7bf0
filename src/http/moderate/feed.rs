//! A moderator's private feed (Atom, RFC 4287): what waits on their sites, for a feed reader.
//!
//! Feed readers are often somebody else's servers: an entry says where a comment waits and why, never what it says or
//! who wrote it. Nor does the feed name its own address, which is a secret.

use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, web};
use atom_syndication::{Entry, Feed, FixedDateTime, Generator, Link, Person, Text};
use jiff::Timestamp;

use super::guard::{self, Guest};
use super::look;
use super::page::Stop;
use super::words::Words;
use crate::domain::moderator::{Moderator, deed};
use crate::domain::site::Site;
use crate::http::reply;
use crate::http::server::Shared;
use crate::service::ServiceError;
use crate::service::accounts::Token;
use crate::service::waiting::Waiting;

/// Entries of a feed, the latest.
const MOST: u32 = 50;

/// `GET /moderate/feed/{token}`: the token lets in, without a session, and to nothing else.
pub async fn show(
    guest: Guest,
    shared: web::Data<Shared>,
    token: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Stop> {
    let reader = shared.notifications.reader(&Token::sent(&token)).await;
    let Some(reader) = reader.map_err(|error| Stop::store(guest, &error))? else { return Err(Stop::missing(guest)) };
    let guest = Guest { locale: reader.locale.unwrap_or(guest.locale) };
    let feed = feed(&shared, &reader, Words::of(guest.locale), &guard::origin(&request)).await;
    let feed = feed.map_err(|error| Stop::failed(guest, &error))?;
    Ok(reply::unless_known(&request, "application/atom+xml; charset=utf-8", feed.to_string()))
}

async fn feed(shared: &Shared, reader: &Moderator, words: &Words, origin: &str) -> Result<Feed, ServiceError> {
    let sites = shared.sites.all();
    let read: Vec<&Site> =
        sites.iter().map(AsRef::as_ref).filter(|site| reader.permit::<deed::Read>(site.id).is_ok()).collect();
    let waiting = shared.service.latest_waiting(&read, words.locale, MOST).await?;
    let total = shared.service.waiting_number(&read).await?;
    let home = format!("{origin}/moderate/");
    Ok(Feed {
        title: plain(words.say("feed-title")),
        subtitle: Some(plain(words.counting("queue-total", total))),
        // The same for every link that the moderator makes, so that no entry comes twice.
        id: format!("urn:uuid:{}", reader.id.0),
        updated: instant(waiting.iter().map(|waiting| waiting.changed_at).max().unwrap_or(reader.created_at)),
        authors: vec![Person { name: "Tamis".to_owned(), ..Person::default() }],
        generator: Some(Generator { value: "Tamis".to_owned(), ..Generator::default() }),
        links: vec![link(home)],
        lang: Some(words.language().to_owned()),
        entries: waiting.iter().map(|waiting| entry(waiting, words, origin)).collect(),
        ..Feed::default()
    })
}

fn entry(waiting: &Waiting<'_>, words: &Words, origin: &str) -> Entry {
    let page = waiting.page.clone().unwrap_or_else(|| words.say("page-unnamed"));
    let title = words.with("feed-entry", [("name", waiting.site.name.as_str().into()), ("page", page.into())]);
    let reasons = match waiting.reasons.as_slice() {
        [] => words.say("feed-no-reason"),
        reasons => reasons.join(" · "),
    };
    Entry {
        title: plain(title),
        id: format!("urn:uuid:{}", waiting.id),
        published: Some(instant(waiting.created_at)),
        updated: instant(waiting.changed_at),
        links: vec![link(format!("{origin}{}/comments/{}", look::home(waiting.site), waiting.id))],
        summary: Some(plain(reasons)),
        ..Entry::default()
    }
}

/// Without the control characters that XML cannot hold, escaped or not.
fn plain(text: impl AsRef<str>) -> Text {
    let fits = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    Text::plain(text.as_ref().chars().filter(fits).collect::<String>())
}

fn link(href: String) -> Link {
    Link { href, rel: "alternate".to_owned(), mime_type: Some("text/html".to_owned()), ..Link::default() }
}

/// To the second: readers compare instants, and some read no more.
fn instant(at: Timestamp) -> FixedDateTime {
    let seconds = Timestamp::from_second(at.as_second()).unwrap_or_default();
    FixedDateTime::from_str(&seconds.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        assert_eq!(plain("a\u{0}\u{1b}[1m <b> & \u{ffff}é").value, "a[1m <b> & é");
    }

    #[test]
    fn an_instant_is_as_the_feed_needs_it() {
        let at: Timestamp = "2026-11-24T09:24:19.585830627Z".parse().unwrap();
        assert_eq!(instant(at).to_rfc3339(), "2026-11-24T09:24:19+00:00");
    }
}
