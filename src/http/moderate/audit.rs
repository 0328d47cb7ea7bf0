//! The audit log of a site: who did what and when, narrowed down, and as CSV.

mod csv;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::assets::QUEUE_STYLE;
use super::author;
use super::card;
use super::guard::{At, Guest, Place};
use super::look;
use super::page::{self, Frame, Stop};
use super::told;
use super::when;
use super::words::Words;
use crate::domain::moderator::{AuditAct, AuditLine, COMMAND_LINE, Grant, NOBODY, Role, deed};
use crate::domain::review::HOST;
use crate::domain::site::SiteId;
use crate::http::reply::{self, PageOutcome};
use crate::http::server::Shared;
use crate::ports::accounts::AuditSelection;
use crate::ports::store::StoreError;

/// Lines of one page.
const AT_ONCE: u32 = 50;

/// What an address asks of the log: `?by=L%C3%A9a&act=signed_in&from=2026-11-01&to=2026-11-24`, days in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    by: Option<String>,
    act: Option<&'static str>,
    from: Option<Date>,
    /// The last day, included.
    to: Option<Date>,
    /// The last line that was shown.
    before: Option<(Timestamp, Uuid)>,
}

impl Asked {
    /// What cannot be read is not asked.
    fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match (&*name, &*value) {
                (_, "") => {}
                ("by", value) => asked.by = Some(value.to_owned()),
                ("act", value) => asked.act = AuditAct::NAMES.into_iter().find(|known| *known == value),
                ("from", value) => asked.from = value.parse().ok(),
                ("to", value) => asked.to = value.parse().ok(),
                ("before", value) => asked.before = place(value),
                _ => {}
            }
        }
        asked
    }

    /// As [`Asked::read`] reads it.
    fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        let day = |date: Option<Date>| date.map(|date| date.to_string());
        let pairs = [
            ("by", self.by.clone()),
            ("act", self.act.map(str::to_owned)),
            ("from", day(self.from)),
            ("to", day(self.to)),
            ("before", self.before.map(|(at, id)| format!("{}-{}", at.as_microsecond(), id.simple()))),
        ];
        for (name, value) in pairs {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        query.finish()
    }

    fn selection(&self, site: SiteId, people: Option<Vec<String>>) -> AuditSelection {
        let begins = |date: Date| Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok();
        AuditSelection {
            site: Some(site),
            people,
            by: self.by.clone(),
            act: self.act,
            since: self.from.and_then(begins),
            until: self.to.and_then(|date| begins(date.tomorrow().ok()?)),
            before: self.before,
        }
    }
}

/// `1795000000123456-0193…`
fn place(written: &str) -> Option<(Timestamp, Uuid)> {
    let (at, id) = written.rsplit_once('-')?;
    Some((told::instant(at)?, Uuid::try_parse(id).ok()?))
}

#[derive(Template)]
#[template(path = "moderate/audit.html")]
struct Audit {
    frame: Frame,
    style: String,
    home: String,
    asked: Asked,
    people: Vec<(String, String)>,
    acts: Vec<(&'static str, String)>,
    lines: Vec<LineView>,
    export: String,
    next: Option<String>,
}

struct LineView {
    instant: String,
    when: String,
    by: String,
    act: String,
    /// The page of the comment it is about.
    comment: Option<String>,
}

impl Audit {
    fn is_by(&self, name: &str) -> bool {
        self.asked.by.as_deref() == Some(name)
    }

    fn day(date: Option<Date>) -> String {
        date.map(|date| date.to_string()).unwrap_or_default()
    }
}

/// `GET …/audit`
pub async fn show(at: At<deed::Audit>, shared: web::Data<Shared>, request: HttpRequest) -> Result<HttpResponse, Stop> {
    let (words, now) = (at.visitor.words(), shared.service.clock.now());
    let failed = |error: StoreError| Stop::store(Guest { locale: at.visitor.locale }, &error);
    let (asked, home) = (Asked::read(request.query_string()), look::home(&at.site));
    let store = &shared.sessions.accounts.store;
    let here = people_here(&at, &shared).await.map_err(failed)?;
    let seen = people_seen(&at, &here);
    // One more than is shown tells whether there are more.
    let mut lines = store.audit(&asked.selection(at.permit.site(), seen), AT_ONCE + 1).await.map_err(failed)?;
    let more = lines.len() > AT_ONCE as usize;
    lines.truncate(AT_ONCE as usize);
    let from = |before| Asked { before, ..asked.clone() }.query();
    let audit = Audit {
        frame: at.frame("audit-title", Place::Audit),
        style: QUEUE_STYLE.path(),
        people: choices(words, here),
        acts: AuditAct::NAMES.into_iter().map(|name| (name, act_name(words, name))).collect(),
        export: look::with_query(format!("{home}/audit.csv"), &from(None)),
        next: lines.last().filter(|_| more).map(|last| format!("{home}/audit?{}", from(Some((last.at, last.id))))),
        lines: lines.iter().map(|line| LineView::of(line, &home, words, now)).collect(),
        home,
        asked,
    };
    Ok(page::show(PageOutcome::Fine, &audit))
}

/// `GET …/audit.csv`: what the page shows, all of it. Noted in the log itself.
pub async fn export(
    at: At<deed::Audit>,
    shared: web::Data<Shared>,
    request: HttpRequest,
) -> Result<HttpResponse, Stop> {
    let failed = |error: StoreError| Stop::store(Guest { locale: at.visitor.locale }, &error);
    let accounts = &shared.sessions.accounts;
    let seen = people_seen(&at, &people_here(&at, &shared).await.map_err(failed)?);
    let asked = Asked { before: None, ..Asked::read(request.query_string()) };
    let selection = asked.selection(at.permit.site(), seen);
    let table = csv::of(accounts.store.as_ref(), selection, &at.site.name).await.map_err(failed)?;
    accounts.note_export(at.permit.by(), at.permit.site()).await.map_err(failed)?;
    Ok(reply::download("text/csv; charset=utf-8", "audit.csv", table))
}

/// The names of those with a role here. Who is kept out has no role any more, but did things.
async fn people_here(at: &At<deed::Audit>, shared: &Shared) -> Result<Vec<String>, StoreError> {
    let moderators = shared.sessions.accounts.store.moderators().await?;
    let fits = |grant: &Grant| grant.site.is_none_or(|site| site == at.site.id);
    let here = moderators.into_iter().filter(|moderator| moderator.grants.iter().any(fits));
    Ok(here.map(|moderator| moderator.name.to_string()).collect())
}

/// Of what is about no site, whoever sees the log of some sites alone sees what is by or about the people there.
fn people_seen(at: &At<deed::Audit>, here: &[String]) -> Option<Vec<String>> {
    let sees_all = at.visitor.signed_in.moderator.may_everywhere::<deed::Audit>();
    (!sees_all).then(|| here.to_vec())
}

/// Who may stand in a line.
fn choices(words: &Words, here: Vec<String>) -> Vec<(String, String)> {
    let all = here.into_iter().chain([HOST, COMMAND_LINE, NOBODY].map(str::to_owned));
    all.map(|name| (name.clone(), by_name(words, &name))).collect()
}

fn by_name(words: &Words, name: &str) -> String {
    match name {
        COMMAND_LINE => words.say("audit-by-command-line"),
        NOBODY => words.say("audit-by-nobody"),
        HOST => words.say("by-host"),
        name => name.to_owned(),
    }
}

impl LineView {
    fn of(line: &AuditLine, home: &str, words: &Words, now: Timestamp) -> Self {
        let said = act_name(words, line.act.as_str());
        let about = match &line.act {
            AuditAct::RoleSet { moderator, role } => {
                let role = role_name(words, *role);
                Some(words.with("audit-role", [("name", moderator.as_str().into()), ("role", role.into())]))
            }
            AuditAct::StandingGiven { standing, until, .. } => {
                Some(format!("{} {}", author::name(words, *standing), when::until(words, *until)))
            }
            AuditAct::StandingLifted { standing, .. } => Some(author::name(words, *standing)),
            AuditAct::OnComment { act, .. } => card::because(words, act),
            act => act.moderator().map(str::to_owned),
        };
        let comment = line.act.comment().map(|comment| format!("{home}/comments/{comment}"));
        Self {
            instant: line.at.to_string(),
            when: when::ago(words, line.at, now),
            by: by_name(words, &line.by),
            comment,
            act: about
                .map_or(said.clone(), |about| words.with("audit-act", [("act", said.into()), ("about", about.into())])),
        }
    }
}

fn role_name(words: &Words, role: Role) -> String {
    match role {
        Role::Viewer => words.say("audit-role-viewer"),
        Role::Moderator => words.say("audit-role-moderator"),
        Role::Lead => words.say("audit-role-lead"),
        Role::Operator => words.say("audit-role-operator"),
    }
}

fn act_name(words: &Words, name: &str) -> String {
    match name {
        "moderator_added" => words.say("audit-moderator-added"),
        "invited" => words.say("audit-invited"),
        "invitation_accepted" => words.say("audit-invitation-accepted"),
        "signed_in" => words.say("audit-signed-in"),
        "sign_in_failed" => words.say("audit-sign-in-failed"),
        "signed_out" => words.say("audit-signed-out"),
        "role_set" => words.say("audit-role-set"),
        "moderator_disabled" => words.say("audit-moderator-disabled"),
        "site_keys_replaced" => words.say("audit-site-keys-replaced"),
        "labels_undone" => words.say("audit-labels-undone"),
        "labels_count_again" => words.say("audit-labels-count-again"),
        "audit_exported" => words.say("audit-exported"),
        "standing_given" => words.say("audit-standing-given"),
        "standing_lifted" => words.say("audit-standing-lifted"),
        "feed_made" => words.say("audit-feed-made"),
        "feed_revoked" => words.say("audit-feed-revoked"),
        "bulletins_set" => words.say("audit-bulletins-set"),
        "bulletins_stopped" => words.say("audit-bulletins-stopped"),
        "comment_approved" => words.say("audit-comment-approved"),
        "comment_rejected" => words.say("audit-comment-rejected"),
        "comment_held" => words.say("audit-comment-held"),
        "comment_labelled" => words.say("audit-comment-labelled"),
        "comment_undone" => words.say("audit-comment-undone"),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::Locale;

    #[test]
    fn an_address_reads_back() {
        let day = Some("2026-11-24".parse().unwrap());
        let asked = Asked {
            by: Some("Léa & =1".to_owned()),
            act: Some("role_set"),
            from: day,
            to: day,
            before: Some((Timestamp::from_microsecond(1_795_000_000_123_456).unwrap(), Uuid::from_u128(7))),
        };
        assert_eq!(Asked::read(&asked.query()), asked);
        assert_eq!(Asked::read("act=rm&from=yesterday&to=2026-02-30&before=x&by="), Asked::default());
    }

    #[test]
    fn the_last_day_is_included() {
        let day = Some("2026-11-24".parse().unwrap());
        let selection = Asked { from: day, to: day, ..Asked::default() }.selection(SiteId(Uuid::nil()), None);
        let length = selection.until.unwrap().duration_since(selection.since.unwrap());
        assert_eq!(length.as_hours(), 24);
    }

    #[test]
    fn every_act_has_its_words() {
        for locale in [Locale::Fr, Locale::En] {
            let words = Words::of(locale);
            assert!(AuditAct::NAMES.into_iter().all(|name| act_name(words, name) != name));
        }
    }
}
