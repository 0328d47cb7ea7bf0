//! Bulletins: once a day, an e-mail to each moderator who wants one says how much waits and why.
//!
//! Each is taken up in the store before it is sent, so that of several replicas one sends it. What was taken up and not
//! sent, since the process ended meanwhile, is not sent that day.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::accounts::Notifications;
use super::waiting::Report;
use super::{Service, ServiceError};
use crate::domain::moderator::{Bulletin, Email, Moderator, Progress, deed};
use crate::domain::secrets::SealingKey;
use crate::domain::site::{Locale, Site};
use crate::ports::mailer::{Letter, Mail, Mailer, Unsent};

/// What sending takes, where the operator configured a mail server.
pub struct Mailing {
    pub mailer: Arc<dyn Mailer>,
    /// Puts a report into words.
    pub scribe: Arc<dyn Scribe>,
    /// Where the hours of bulletins are told.
    pub zone: TimeZone,
    pub sealing: SealingKey,
}

/// Knows the moderators' languages.
pub trait Scribe: Send + Sync {
    fn write(&self, to: &Moderator, locale: Locale, report: &Report<'_>) -> Letter;
}

/// What an address is sealed as.
pub const PURPOSE: &str = "bulletin address";
/// Bulletins of one round.
const AT_ONCE: u32 = 20;

impl Mailing {
    /// `None` when it was sealed under another secret.
    pub fn address(&self, bulletin: &Bulletin) -> Option<Email> {
        let bytes = self.sealing.open(PURPOSE, &bulletin.sealed_address).ok()?;
        Email::parse(std::str::from_utf8(&bytes).ok()?).ok()
    }
}

/// Sends what is due now, one after the other. How many were due.
///
/// # Errors
/// The store is away.
pub async fn send_due(
    notifications: &Notifications,
    mailing: &Mailing,
    service: &Service,
    sites: &[Arc<Site>],
) -> Result<usize, ServiceError> {
    let due = notifications.store.due_bulletins(service.clock.now(), AT_ONCE).await?;
    for (bulletin, moderator) in &due {
        let taken_up = bulletin.progress.taken_up(bulletin.wish, service.clock.now(), &mailing.zone);
        if !notifications.store.move_bulletin(bulletin, taken_up).await? {
            continue;
        }
        let outcome = send(notifications, mailing, service, sites, bulletin, moderator).await;
        let progress = after(taken_up, outcome, service);
        let seen = Bulletin { progress: taken_up, ..bulletin.clone() };
        // Whoever wished something else meanwhile has it.
        notifications.store.move_bulletin(&seen, progress).await?;
    }
    Ok(due.len())
}

/// Whether one was worth sending, and was sent.
async fn send(
    notifications: &Notifications,
    mailing: &Mailing,
    service: &Service,
    sites: &[Arc<Site>],
    bulletin: &Bulletin,
    moderator: &Moderator,
) -> Result<bool, Unsent> {
    let unsent = |why: String, again| Unsent { why, again };
    let to = mailing.address(bulletin);
    let to = to.ok_or_else(|| unsent("its address is sealed under another privacy.secret".to_owned(), false))?;
    let read: Vec<&Site> =
        sites.iter().map(AsRef::as_ref).filter(|site| moderator.permit::<deed::Read>(site.id).is_ok()).collect();
    let locale = moderator.locale.unwrap_or_default();
    let report = service.report(&read, locale).await.map_err(|error| unsent(error.to_string(), true))?;
    if report.total() < u64::from(bulletin.wish.least()) {
        return Ok(false);
    }
    let letter = mailing.scribe.write(moderator, locale, &report);
    let mail = Mail { id: notifications.accounts.new_id(), at: service.clock.now(), to, letter };
    mailing.mailer.send(&mail).await.map(|()| true)
}

/// What is logged names nobody.
fn after(taken_up: Progress, outcome: Result<bool, Unsent>, service: &Service) -> Progress {
    let now = service.clock.now();
    match outcome {
        Ok(sent) => taken_up.done(sent.then_some(now)),
        Err(Unsent { why, again }) => {
            let failed = taken_up.failed(again, now);
            let tries = failed.tries;
            match tries {
                0 => tracing::error!(error = why, "a bulletin was not sent; the next one is due on another day"),
                _ => tracing::warn!(error = why, tries, "a bulletin was not sent; trying again in a while"),
            }
            failed
        }
    }
}
