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
use crate::service::waiting::{ReasonCount, Report, SiteReport};

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
            reasons: report.reasons.iter().map(|reason| (said(reason, words), reason.number)).collect(),
        }
    }
}

/// What a head of the classifier says names the probability of one comment, and this is about several.
fn said(reason: &ReasonCount, words: &Words) -> String {
    match reason.id.as_str() {
        "classifier.spam" => words.say("bulletin-spam"),
        "classifier.abuse" => words.say("bulletin-abuse"),
        _ => reason.said.clone(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::domain::moderator::{Email, ModeratorId, Name};
    use crate::domain::site::{Site, SiteId};

    fn letter(locale: Locale, site_name: &str, number: u64) -> Letter {
        let site = Site {
            id: SiteId(Uuid::nil()),
            name: site_name.to_owned(),
            url: "https://x.example".to_owned(),
            locale,
            key_digest: [0; 32],
            sealed_akismet_key: Vec::new(),
            created_at: Timestamp::UNIX_EPOCH,
        };
        let to = Moderator {
            id: ModeratorId(Uuid::nil()),
            email: Email::parse("lea@example.org").unwrap(),
            name: Name::parse("Léa").unwrap(),
            locale: Some(locale),
            grants: Vec::new(),
            created_at: Timestamp::UNIX_EPOCH,
            disabled_at: None,
        };
        let reason = |id: &str, said: &str| ReasonCount { id: id.to_owned(), said: said.to_owned(), number };
        let reasons = vec![reason("links.short", "Lien & <raccourci>"), reason("classifier.spam", "Spam (81 %)")];
        let report = Report { sites: vec![SiteReport { site: &site, number, reasons }] };
        BulletinScribe { public_url: "https://m.example/".parse().unwrap() }.write(&to, locale, &report)
    }

    #[test]
    fn one_and_several_are_told_as_each_language_tells_them() {
        let one = letter(Locale::Fr, "journal", 1);
        assert_eq!(one.subject, "Tamis : 1 commentaire en attente");
        assert_eq!(
            one.text,
            "Bonjour Léa,\n\n1 commentaire attend votre décision.\n\njournal – 1 en attente\n\
             https://m.example/moderate/sites/journal/queue\n- Lien & <raccourci> (1)\n- Ressemble à du spam (1)\n\n\
             Vous recevez cet e-mail parce que vous l’avez demandé. Pour changer l’heure, ou ne plus le recevoir :\n\
             https://m.example/moderate/notifications"
        );
        assert_eq!(letter(Locale::En, "journal", 1).subject, "Tamis: 1 comment waiting");
        assert_eq!(letter(Locale::En, "journal", 2).subject, "Tamis: 2 comments waiting");
        assert!(letter(Locale::En, "journal", 2).text.contains("2 comments wait for your decision."));
    }

    #[test]
    fn names_are_text_in_html() {
        let html = letter(Locale::Fr, "<b>&", 2).html;
        assert!(html.contains("&#60;b&#62;&#38;") && !html.contains("<b>"), "{html}");
        assert!(html.contains("Lien &#38; &#60;raccourci&#62; (2)"), "{html}");
    }
}
