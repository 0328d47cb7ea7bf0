//! A comment as a card, in words.

use askama::Template;

use super::author;
use super::clue::{Clue, clues};
use super::look::{self, Asked};
use super::when;
use super::words::Words;
use crate::domain::history::Recognised;
use crate::domain::review::{Act, HOST, Label, Record, Status};
use crate::domain::site::Site;
use crate::domain::standing::Term;
use crate::ports::queue::{Filter, MOST_SPREAD};
use crate::service::answer::{AnswerSignal, DetailAct, DetailEvent};
use crate::service::card::{Card, Concern, Difference, Fate, Shown};
use crate::service::queue::Waiting;
use crate::service::standing::Profiles;
use jiff::Timestamp;

/// The reasons that a rejection can be given with one click, by their names.
pub const REASONS: [&str; 9] =
    ["spam", "insult", "hate", "threat", "off_topic", "defamation", "personal_data", "duplicate", "other"];

/// From how many bytes or lines on a text scrolls within its card.
const LONG: usize = 1_500;
const LINES: usize = 14;

/// What is around a card.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub words: &'static Words,
    pub site: &'a Site,
    pub asked: &'a Asked,
    pub now: Timestamp,
    /// What is known of the authors of the comments shown.
    pub profiles: &'a Profiles,
    /// The campaigns that they are copies of.
    pub campaigns: &'a [Waiting],
    /// Whether whoever looks may decide.
    pub may_act: bool,
}

#[derive(Template)]
#[template(path = "moderate/card.html")]
pub struct CardView {
    words: &'static Words,
    /// `id:version`: what was seen.
    chosen: String,
    id: String,
    home: String,
    may_act: bool,
    is_held: bool,
    /// Something was done to it that an undo may take back.
    was_acted_on: bool,
    /// `None` for a comment that waits.
    settled: Option<String>,
    when: String,
    instant: String,
    text: Option<Shown>,
    /// Scrolls, and so must be reached by keyboard.
    is_long: bool,
    has_name: bool,
    author: Option<AuthorView>,
    page: Option<PageView>,
    heads: Vec<HeadView>,
    reasons: Vec<ReasonView>,
    revision: Option<String>,
    degraded: bool,
    /// That it is one of many copies, and the way to decide on all of them.
    campaign: Option<CampaignView>,
    /// What was said of the author, and until when.
    standing: Option<String>,
    /// How persons decided on the author's other comments.
    track_record: Option<String>,
    terms: Vec<(u16, String)>,
}

/// The way to all that waits of whoever wrote it.
struct AuthorView {
    said: String,
    link: String,
}

struct PageView {
    title: String,
    link: String,
}

struct CampaignView {
    said: String,
    link: String,
}

impl AuthorView {
    fn of(author: Recognised, words: &Words, link: &impl Fn(Filter) -> String) -> Self {
        let said = match author {
            Recognised::ByEmail(_) => "card-same-author",
            Recognised::ByName(_) => "card-same-name",
        };
        Self { said: words.say(said), link: link(Filter::Author(author.identifier().to_string())) }
    }
}

impl CampaignView {
    fn of(record: &Record, campaigns: &[Waiting], around: (&Words, &Site, Timestamp)) -> Option<Self> {
        let (words, site, now) = around;
        let Waiting { campaign, number, spread } =
            campaigns.iter().find(|it| Some(it.campaign) == record.campaign())?;
        let since = when::ago(words, spread.since, now);
        let counted = if *number > u64::from(MOST_SPREAD) { "some" } else { "all" };
        let numbers = [
            ("count", (*number).into()),
            ("pages", spread.pages.into()),
            ("counted", counted.into()),
            ("since", since.into()),
        ];
        let asked = Asked::default().filtered(Filter::Campaign(campaign.to_string()));
        let link = look::with_query(format!("{}/like", look::home(site)), &asked.query());
        Some(Self { said: words.with("card-campaign", numbers), link })
    }
}

struct HeadView {
    concern: Concern,
    text: String,
}

struct ReasonView {
    concern: Concern,
    message: String,
    weight: String,
    /// 0 to 10: how long its bar is.
    bar: u32,
    against: bool,
    link: Option<String>,
    clues: Vec<Clue>,
}

impl CardView {
    /// `None` for a record without revisions, which no store holds.
    pub fn of(record: &Record, around: Around<'_>) -> Option<Self> {
        let Around { words, site, asked, now, profiles, campaigns, may_act } = around;
        let card = Card::of(record, words.locale)?;
        let profile = profiles.get(&record.id).cloned().unwrap_or_default();
        let detail = &card.detail;
        let link = |filter| look::queue(site, &asked.filtered(filter));
        Some(Self {
            words,
            chosen: format!("{}:{}", record.id, record.version),
            id: record.id.to_string(),
            home: look::home(site),
            may_act,
            is_held: record.status == Status::Held,
            was_acted_on: !record.events.is_empty(),
            settled: settled(record, words, now),
            when: when::ago(words, record.created_at, now),
            instant: record.created_at.to_string(),
            is_long: detail.body.as_ref().is_some_and(|body| body.len() > LONG || body.lines().count() > LINES),
            has_name: detail.author.name.as_ref().is_some_and(|name| !name.is_empty()),
            author: profile.recognised.map(|author| AuthorView::of(author, words, &link)),
            page: record.page.url.as_ref().map(|url| PageView {
                title: record.page.title.clone().filter(|title| !title.is_empty()).unwrap_or_else(|| url.clone()),
                link: link(Filter::Page(url.clone())),
            }),
            heads: heads(&card, words),
            reasons: card.reasons.iter().map(|reason| ReasonView::of(reason, words, &link)).collect(),
            revision: (card.revision() > 1).then(|| words.counting("card-revision", card.revision().into())),
            degraded: card.answer().degraded,
            campaign: CampaignView::of(record, campaigns, (words, site, now)),
            standing: profile.given.as_ref().map(|given| author::standing(words, given)),
            track_record: author::track_record(words, profile.record),
            terms: author::terms(words),
            text: card.text,
        })
    }

    /// Whether it is the time that is offered first.
    fn is_usual(days: &u16) -> bool {
        *days == Term::default().days()
    }

    fn reason_names(&self) -> [(&'static str, String); 9] {
        REASONS.map(|name| (name, reason_name(self.words, name)))
    }
}

/// A reason of the list in words; a typed one as it is.
pub fn reason_name(words: &Words, name: &str) -> String {
    match name {
        "spam" => words.say("reason-spam"),
        "insult" => words.say("reason-insult"),
        "hate" => words.say("reason-hate"),
        "threat" => words.say("reason-threat"),
        "off_topic" => words.say("reason-off-topic"),
        "defamation" => words.say("reason-defamation"),
        "personal_data" => words.say("reason-personal-data"),
        "duplicate" => words.say("reason-duplicate"),
        "other" => words.say("reason-other"),
        typed => typed.to_owned(),
    }
}

fn heads(card: &Card, words: &Words) -> Vec<HeadView> {
    let heads = &card.answer().heads;
    let view = |concern, name: String, probability: Option<f64>| {
        let text = match probability {
            None => words.with("head-unknown", [("name", name.into())]),
            Some(probability) => {
                let percent = words.with("percent", [("number", (probability * 100.0).round().into())]);
                words.with(
                    "head",
                    [("name", name.into()), ("percent", percent.into()), ("how", how_likely(probability).into())],
                )
            }
        };
        HeadView { concern, text }
    };
    vec![
        view(Concern::of("classifier.spam"), words.say("head-spam"), heads.spam.probability),
        view(Concern::of("classifier.abuse"), words.say("head-abuse"), heads.abuse.probability),
    ]
}

/// A step of seven, for words.
fn how_likely(probability: f64) -> f64 {
    let steps = [0.05, 0.2, 0.4, 0.6, 0.8, 0.95];
    steps.iter().filter(|step| probability > **step).count() as f64
}

impl ReasonView {
    fn of(signal: &AnswerSignal, words: &Words, link: &impl Fn(Filter) -> String) -> Self {
        let nats = signal.score.nats();
        let against = nats > 0.0 || signal.floor.is_some();
        let weight = match (signal.ran, signal.floor) {
            (Some(false), _) => words.say("weight-not-run"),
            (_, Some(_)) => words.say("weight-floor"),
            _ => words.with("weight", [("number", words.decimal(format!("{nats:+.1}")).into())]),
        };
        Self {
            concern: Concern::of(&signal.id),
            message: signal.message.clone(),
            weight,
            bar: (nats.abs() * 2.0).round().clamp(0.0, 10.0) as u32,
            against,
            link: against.then(|| link(Filter::Reason(signal.id.clone()))),
            clues: clues(&signal.evidence, words),
        }
    }
}

/// Where a comment that no longer waits stands, and who put it there.
fn settled(record: &Record, words: &Words, now: Timestamp) -> Option<String> {
    let status = match record.status {
        Status::Held => return None,
        Status::Approved => words.say("status-approved"),
        Status::Rejected => words.say("status-rejected"),
    };
    let Some(event) = record.events.last() else {
        return Some(words.with("settled-machine", [("status", status.into())]));
    };
    let when = when::ago(words, event.at, now);
    Some(words.with("settled", [("status", status.into()), ("by", by(words, &event.by).into()), ("when", when.into())]))
}

pub fn by(words: &Words, name: &str) -> String {
    if name == HOST { words.say("by-host") } else { name.to_owned() }
}

/// An event in words.
pub fn event(words: &Words, event: &DetailEvent, now: Timestamp) -> String {
    let (by, when) = (by(words, &event.by), when::ago(words, event.at, now));
    let because = |reason: &Option<String>, label: Option<Label>| {
        let reason = reason.as_ref().map(|reason| reason_name(words, reason));
        reason.or_else(|| label.map(|label| label_name(words, label)))
    };
    let (message, because) = match &event.act {
        DetailAct::Resolution { status: Status::Approved, label, reason } => {
            ("event-approved", because(reason, *label))
        }
        DetailAct::Resolution { status: Status::Rejected, label, reason } => {
            ("event-rejected", because(reason, *label))
        }
        DetailAct::Resolution { status: Status::Held, label, reason } => ("event-held", because(reason, *label)),
        DetailAct::Feedback { label, reason } => ("event-labelled", because(reason, Some(*label))),
        DetailAct::Undo { .. } => ("event-undone", None),
    };
    let said = words.with(message, [("by", by.into()), ("when", when.into())]);
    because.map_or(said.clone(), |because| format!("{said} ({because})"))
}

/// Why something was done, as far as whoever did it said so.
pub fn because(words: &Words, act: &Act) -> Option<String> {
    let (label, reason) = act.because();
    let reason = reason.map(|reason| reason_name(words, reason.as_str()));
    reason.or_else(|| label.map(|label| label_name(words, label)))
}

fn label_name(words: &Words, label: Label) -> String {
    match label {
        Label::Ham => words.say("label-ham"),
        Label::Spam => words.say("label-spam"),
        Label::Abuse => words.say("label-abuse"),
    }
}

/// What changed, as the template shows it.
pub struct DifferenceView {
    pub title: String,
    pub words: Vec<(Fate, String)>,
}

impl DifferenceView {
    pub fn of(difference: Difference, words: &Words, now: Timestamp) -> Self {
        let when = when::ago(words, difference.at, now);
        let title = words.with("difference", [("count", difference.revision.into()), ("when", when.into())]);
        Self { title, words: difference.words.into_iter().map(|change| (change.fate, change.text)).collect() }
    }
}
