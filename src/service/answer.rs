//! The answer to a host site: a decision as JSON, with the words that its spans point at.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::comment::{BodyFormat, CommentId, Content, Kind, Language, Page};
use crate::domain::decision::{Decision, Heads, Thresholds, Verdict};
use crate::domain::review::{Act, Event, Label, Record, Revision, Status};
use crate::domain::score::Score;
use crate::domain::signal::{Evidence, Field, Signal, Source, Span, Token};
use crate::domain::site::Locale;

/// One decision on one revision. `id`, `revision` and `status` are null where nothing was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    pub id: Option<CommentId>,
    pub external_id: Option<String>,
    pub revision: Option<u32>,
    pub verdict: Verdict,
    pub status: Status,
    pub score: Score,
    pub decided_by: String,
    pub thresholds: Thresholds,
    pub heads: Heads,
    pub signals: Vec<AnswerSignal>,
    pub model: String,
    pub ruleset: String,
    pub language: Option<Language>,
    pub degraded: bool,
    pub checked_at: Timestamp,
}

/// A signal with its message in one language.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerSignal {
    pub id: String,
    pub source: Source,
    pub score: Score,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<Verdict>,
    /// Present, and false, when the detector did not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ran: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<AnswerEvidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Score>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<Score>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// Approved comments of the same campaign.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<CommentId>,
    /// What the campaign is known by: the id of one of its comments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CommentId>,
}

/// One feature's part in a head's score. The token is null once the text it stood in is gone.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerEvidence {
    pub token: Option<String>,
    pub score: Score,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
}

/// A recorded comment, whole: the latest answer, its text, and all that happened to it.
#[derive(Clone, Debug, Serialize)]
pub struct Detail {
    #[serde(flatten)]
    pub answer: Answer,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub body: Option<String>,
    pub body_format: Option<BodyFormat>,
    pub author: DetailAuthor,
    pub page: Page,
    pub parent_id: Option<String>,
    pub label: Option<Label>,
    pub version: u32,
    pub created_at: Timestamp,
    /// The decision on every revision, oldest first.
    pub decisions: Vec<Answer>,
    pub events: Vec<DetailEvent>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DetailAuthor {
    pub name: Option<String>,
    pub url: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DetailEvent {
    pub id: uuid::Uuid,
    pub at: Timestamp,
    pub by: String,
    #[serde(flatten)]
    pub act: DetailAct,
}

/// An act as the API tells it.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum DetailAct {
    Resolution { status: Status, label: Option<Label>, reason: Option<String> },
    Feedback { label: Label, reason: Option<String> },
    Undo { of: uuid::Uuid, status: Status },
}

impl Answer {
    /// The answer to a decision that was not recorded.
    pub fn unrecorded(external_id: Option<String>, decision: &Decision, content: &Content, locale: Locale) -> Self {
        let place = Place { id: None, external_id, revision: None, status: decision.verdict.into() };
        Self::new(place, decision, Some(content), locale)
    }

    /// The answer for one revision of a record, at the status the record had when it was given.
    pub fn recorded(record: &Record, revision: &Revision, status: Status, locale: Locale) -> Self {
        let place = Place {
            id: Some(record.id),
            external_id: record.external_id.clone(),
            revision: Some(revision.number),
            status,
        };
        Self::new(place, &revision.decision, revision.content.as_ref(), locale)
    }

    /// The answer for a revision that was recorded just now.
    pub fn new(place: Place, decision: &Decision, content: Option<&Content>, locale: Locale) -> Self {
        let signals = decision.signals.iter().map(|signal| AnswerSignal::new(signal, content, locale)).collect();
        Self {
            id: place.id,
            external_id: place.external_id,
            revision: place.revision,
            verdict: decision.verdict,
            status: place.status,
            score: decision.score,
            decided_by: decision.decided_by.as_str().to_owned(),
            thresholds: decision.thresholds,
            heads: decision.heads,
            signals,
            model: decision.model.clone(),
            ruleset: decision.ruleset.clone(),
            language: decision.language,
            degraded: decision.degraded,
            checked_at: decision.checked_at,
        }
    }
}

/// Where a decision is recorded.
#[derive(Clone, Debug)]
pub struct Place {
    pub id: Option<CommentId>,
    pub external_id: Option<String>,
    pub revision: Option<u32>,
    pub status: Status,
}

impl AnswerSignal {
    fn new(signal: &Signal, content: Option<&Content>, locale: Locale) -> Self {
        let explanation = signal.explanation.as_ref();
        let evidence = explanation.map(|explanation| explanation.evidence.as_slice()).unwrap_or_default();
        Self {
            id: signal.id.clone(),
            source: signal.source,
            score: signal.score,
            message: signal.message.in_locale(locale).to_owned(),
            floor: signal.floor,
            ran: (!signal.ran).then_some(false),
            evidence: evidence.iter().map(|evidence| AnswerEvidence::new(evidence, content)).collect(),
            rest: explanation.map(|explanation| explanation.rest),
            cap: explanation.and_then(|explanation| explanation.cap),
            spans: signal.spans.clone(),
            copies: signal.copies.clone(),
            campaign: signal.campaign,
        }
    }
}

impl AnswerEvidence {
    fn new(evidence: &Evidence, content: Option<&Content>) -> Self {
        match &evidence.token {
            Token::Structure(name) => Self { token: Some(name.clone()), score: evidence.score, spans: Vec::new() },
            Token::Words(spans) => Self {
                token: content.map(|content| words(content, spans)),
                score: evidence.score,
                spans: spans.clone(),
            },
        }
    }
}

/// The words at the spans, in their order.
fn words(content: &Content, spans: &[Span]) -> String {
    let words: Vec<String> = spans.iter().map(|span| words_at(content, *span)).collect();
    words.join(" ")
}

fn words_at(content: &Content, span: Span) -> String {
    let field = match span.field {
        Field::Body => Some(&content.body),
        Field::AuthorName => content.author_name.as_ref(),
        Field::AuthorUrl => content.author_url.as_ref(),
        // Never stored.
        Field::AuthorEmail => None,
    };
    let length = span.end.saturating_sub(span.start) as usize;
    field.map(|text| text.chars().skip(span.start as usize).take(length).collect()).unwrap_or_default()
}

impl Detail {
    /// `None` for a record without revisions, which no store holds.
    pub fn of(record: &Record, locale: Locale) -> Option<Self> {
        let latest = record.latest()?;
        let content = latest.content.as_ref();
        let decision = |revision| Answer::recorded(record, revision, revision.decision.verdict.into(), locale);
        Some(Self {
            answer: Answer::recorded(record, latest, record.status, locale),
            kind: record.kind,
            body: content.map(|content| content.body.clone()),
            body_format: content.map(|content| content.format),
            author: DetailAuthor {
                name: content.and_then(|content| content.author_name.clone()),
                url: content.and_then(|content| content.author_url.clone()),
            },
            page: record.page.clone(),
            parent_id: record.parent_id.clone(),
            label: record.label(),
            version: record.version,
            created_at: record.created_at,
            decisions: record.revisions.iter().map(decision).collect(),
            events: record.events.iter().map(DetailEvent::of).collect(),
        })
    }
}

impl DetailEvent {
    pub fn of(event: &Event) -> Self {
        let act = match &event.act {
            Act::Resolved { status, label, reason, .. } => DetailAct::Resolution {
                status: *status,
                label: *label,
                reason: reason.as_ref().map(|reason| reason.as_str().to_owned()),
            },
            Act::Labelled { label, reason, .. } => {
                DetailAct::Feedback { label: *label, reason: reason.as_ref().map(|reason| reason.as_str().to_owned()) }
            }
            Act::Undone { event, status } => DetailAct::Undo { of: *event, status: *status },
        };
        Self { id: event.id, at: event.at, by: event.by.clone(), act }
    }
}
