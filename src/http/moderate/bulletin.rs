//! A bulletin in words: how much waits and why, and the way there. Mails are read by servers on their way, so it holds
//! nothing of comments and their authors.

use askama::Template;
use url::Url;

use super::look::{self, Asked};
use super::words::Words;
use crate::domain::moderator::Moderator;
use crate::domain::site::Locale;
use crate::ports::mailer::Letter;
use crate::service::bulletins::Scribe;
use crate::service::waiting::{Report, SiteReport};

/// Writes bulletins in French and English.
#[derive(Clone, Debug)]
pub struct BulletinScribe {
    /// Where browsers find this server.
    pub public_url: Url,
}

#[derive(Template)]
#[template(path = "moderate/bulletin.txt")]
struct Text<'v>(View<'v>);

#[derive(Template)]
#[template(path = "moderate/bulletin.html")]
struct Html<'v>(View<'v>);

#[derive(Clone)]
struct View<'v> {
    words: &'v Words,
    subject: String,
    greeting: String,
    waiting: String,
    sites: Vec<SiteView>,
    notifications: String,
}

#[derive(Clone)]
struct SiteView {
    name: String,
    waiting: String,
    link: String,
    reasons: Vec<(String, u64)>,
}

impl Scribe for BulletinScribe {
    fn write(&self, to: &Moderator, locale: Locale, report: &Report<'_>) -> Letter {
        let words = Words::of(locale);
        let origin = self.public_url.origin().ascii_serialization();
        let view = View {
            words,
            subject: words.counting("bulletin-subject", report.total()),
            greeting: words.naming("bulletin-greeting", to.name.as_str()),
            waiting: words.counting("bulletin-waiting", report.total()),
            sites: report.sites.iter().map(|site| SiteView::of(site, words, &origin)).collect(),
            notifications: format!("{origin}/moderate/notifications"),
        };
        let (subject, text) = (view.subject.clone(), Text(view.clone()).render());
        // Only a failing formatter could fail a template, and a text has none.
        Letter { subject, text: text.unwrap_or_default(), html: Html(view).render().unwrap_or_default() }
    }
}

impl SiteView {
    fn of(report: &SiteReport<'_>, words: &Words, origin: &str) -> Self {
        Self {
            name: report.site.name.clone(),
            waiting: words.counting("queue-total", report.number),
            link: format!("{origin}{}", look::queue(report.site, &Asked::default())),
            reasons: report.reasons.clone(),
        }
    }
}
