//! Decides anew on stored comments, with another model, other rules or other thresholds, and tells what would change.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::domain::comment::{Comment, CommentId, Draft, DraftAuthor, DraftPage, Role};
use crate::domain::decision::Verdict;
use crate::domain::policy;
use crate::domain::review::{Label, Record, Revision};
use crate::domain::score::Score;
use crate::domain::sieve::Sieve;
use crate::domain::site::Site;
use crate::ports::store::{Position, Selection, Store, StoreError};

/// A comment that would get another verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    pub id: CommentId,
    pub external_id: Option<String>,
    /// What a person says it is.
    pub label: Option<Label>,
    pub before: (Verdict, Score),
    pub after: (Verdict, Score),
    pub text: String,
}

/// Whether a change goes where a person's label points; `None` without a label.
pub fn is_better(label: Option<Label>, before: Verdict, after: Verdict) -> Option<bool> {
    label.map(|label| (after > before) == (label != Label::Ham))
}

/// How many comments went from which verdict to which, by label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub counts: BTreeMap<(Option<Label>, Verdict, Verdict), u64>,
    /// Those whose text is gone, on which nothing can be decided anew.
    pub without_text: u64,
}

/// Comments read at once; memory does not grow with their number.
const AT_ONCE: u32 = 200;

/// Decides anew on the latest revision of a site's comments since a time, oldest first, and shows those that flip.
/// Nothing is written.
///
/// # Errors
/// The store is away, or `show` failed.
pub async fn replay<E: From<StoreError>>(
    store: &dyn Store,
    site: &Site,
    sieve: &Sieve,
    since: Option<jiff::Timestamp>,
    tally: &mut Tally,
    show: &mut dyn FnMut(Flip) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = since.map(first_of);
    loop {
        let records = store.list(site.id, &Selection::default(), after, AT_ONCE).await?;
        let Some(last) = records.last() else { return Ok(()) };
        after = Some(Position(last.id));
        for record in &records {
            if let Some(flip) = tally.add(record, site, sieve) {
                show(flip)?;
            }
        }
    }
}

/// Ids begin with their time.
fn first_of(since: jiff::Timestamp) -> Position {
    let milliseconds = u64::try_from(since.as_millisecond()).unwrap_or(0);
    Position(CommentId(Uuid::from_u128(u128::from(milliseconds) << 80)))
}

impl Tally {
    fn add(&mut self, record: &Record, site: &Site, sieve: &Sieve) -> Option<Flip> {
        let latest = record.latest()?;
        let Some(comment) = comment_of(record, latest) else {
            self.without_text += 1;
            return None;
        };
        let earlier = &latest.decision;
        let decision = sieve.decide_again(&comment, earlier, Some(site.locale.language()));
        let label = record.label();
        *self.counts.entry((label, earlier.verdict, decision.verdict)).or_default() += 1;
        (decision.verdict != earlier.verdict).then(|| Flip {
            id: record.id,
            external_id: record.external_id.clone(),
            label,
            before: (earlier.verdict, earlier.score),
            after: (decision.verdict, decision.score),
            text: comment.content().body.clone(),
        })
    }

    /// The flips that a label calls better, those it calls worse, and those without a label.
    pub fn flips(&self) -> (u64, u64, u64) {
        let mut flips = (0, 0, 0);
        for ((label, before, after), number) in &self.counts {
            match is_better(*label, *before, *after).filter(|_| before != after) {
                Some(true) => flips.0 += number,
                Some(false) => flips.1 += number,
                None if before != after => flips.2 += number,
                None => {}
            }
        }
        flips
    }
}

/// The comment as far as it is stored; that its author was staff is known where that once outweighed something.
fn comment_of(record: &Record, revision: &Revision) -> Option<Comment> {
    let content = revision.content.clone()?;
    let was_staff = revision.decision.signals.iter().any(|signal| signal.id == policy::STAFF);
    let role = if was_staff { Role::Staff } else { Role::Visitor };
    let draft = Draft {
        external_id: record.external_id.clone(),
        kind: record.kind,
        body: content.body,
        body_format: content.format,
        author: DraftAuthor { name: content.author_name, url: content.author_url, role, ..DraftAuthor::default() },
        page: DraftPage {
            url: record.page.url.clone(),
            title: record.page.title.clone(),
            language: record.page.language.map(|language| language.to_string()),
            published_at: record.page.published_at.map(|at| at.to_string()),
        },
        parent_id: record.parent_id.clone(),
        ..Draft::default()
    };
    Comment::parse(draft).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_which_way_is_better() {
        let (approve, hold, reject) = (Verdict::Approve, Verdict::Hold, Verdict::Reject);
        assert_eq!(is_better(Some(Label::Ham), hold, approve), Some(true));
        assert_eq!(is_better(Some(Label::Ham), hold, reject), Some(false));
        assert_eq!(is_better(Some(Label::Abuse), approve, hold), Some(true));
        assert_eq!(is_better(Some(Label::Spam), reject, hold), Some(false));
        assert_eq!(is_better(None, reject, hold), None);
    }

    #[test]
    fn what_does_not_flip_is_neither_better_nor_worse() {
        let (approve, hold) = (Verdict::Approve, Verdict::Hold);
        let counts = [
            ((Some(Label::Ham), hold, approve), 1),
            ((Some(Label::Spam), hold, approve), 2),
            ((None, hold, approve), 4),
            ((Some(Label::Spam), hold, hold), 8),
            ((None, hold, hold), 16),
        ];
        let tally = Tally { counts: counts.into_iter().collect(), without_text: 0 };
        assert_eq!(tally.flips(), (1, 2, 4));
    }

    #[test]
    fn ids_of_a_time_come_after_its_position() {
        let at: jiff::Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
        let id = |milliseconds| uuid::Builder::from_unix_timestamp_millis(milliseconds, &[0; 10]).into_uuid();
        let since = at.as_millisecond().unsigned_abs();
        assert!(id(since) > first_of(at).0.0 && id(since - 1) < first_of(at).0.0);
    }
}
