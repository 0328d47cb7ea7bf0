//! The sieve: one comment in, one decision out. Rules, then the classifier's heads, then the policy.

use std::sync::Arc;

use jiff::Timestamp;

use super::activation::Shadow;
use super::classifier::{Judgement, Model};
use super::comment::{Comment, Language, Role};
use super::decision::{Decision, Thresholds};
use super::policy::{self, Voucher};
use super::rules::RuleSet;
use super::signal::{Signal, Source};
use super::text::Text;

/// One rule set, one model and the thresholds, as one comment sees them from start to end.
#[derive(Clone, Debug)]
pub struct Sieve {
    pub rules: Arc<RuleSet>,
    pub model: Arc<Model>,
    /// A candidate that scores the same comments for the record only.
    pub shadow: Option<Arc<Model>>,
    pub thresholds: Thresholds,
}

/// What is known about a comment besides itself.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The site's language, where the page does not say its own.
    pub language: Option<Language>,
    /// What limits and history say.
    pub signals: Vec<Signal>,
    /// Whether a moderator trusts the author.
    pub trusted: bool,
    /// Whether a part of Tamis was away.
    pub degraded: bool,
    pub now: Timestamp,
}

impl Sieve {
    pub fn decide(&self, comment: &Comment, circumstances: Circumstances) -> Decision {
        let text = Text::of(comment, circumstances.language);
        self.decide_beside_shadow(comment, &text, circumstances).0
    }

    /// The decision, and what the candidate would have decided on the same evidence; it changes nothing.
    pub fn decide_beside_shadow(
        &self,
        comment: &Comment,
        text: &Text,
        circumstances: Circumstances,
    ) -> (Decision, Option<Shadow>) {
        let evidence =
            Evidence { comment, ruled: self.rules.signals(comment, text, circumstances.now), text, circumstances };
        let shadow = self.shadow.as_ref().map(|candidate| self.shadow(candidate, &evidence));
        (self.conclude(evidence), shadow)
    }

    /// Decides anew on a stored comment, from what is stored of it and of the decision on it: what limits and history
    /// said then, and rules about what the call alone said, stand as they were.
    pub fn decide_again(&self, comment: &Comment, earlier: &Decision, language: Option<Language>) -> Decision {
        let text = Text::of(comment, language);
        let stands = |signal: &&Signal| match signal.source {
            Source::Limit | Source::History | Source::Campaign => true,
            Source::Policy => signal.id != policy::STAFF && signal.id != policy::TRUSTED,
            Source::Classifier | Source::Rule => false,
        };
        let circumstances = Circumstances {
            language,
            signals: earlier.signals.iter().filter(stands).cloned().collect(),
            trusted: earlier.signals.iter().any(|signal| signal.id == policy::TRUSTED),
            degraded: earlier.degraded,
            now: earlier.checked_at,
        };
        let ruled = self.rules.signals_again(comment, &text, earlier.checked_at, &earlier.signals);
        self.conclude(Evidence { comment, text: &text, ruled, circumstances })
    }

    fn shadow(&self, candidate: &Model, evidence: &Evidence<'_>) -> Shadow {
        let judgement = candidate.judge(evidence.text, evidence.comment.kind());
        let signals = evidence.clone_with(judgement);
        let ruling = policy::decide(&signals, self.thresholds);
        Shadow { model: candidate.version().to_owned(), verdict: ruling.verdict, score: ruling.score }
    }

    fn conclude(&self, evidence: Evidence<'_>) -> Decision {
        let Evidence { comment, text, ruled, circumstances } = evidence;
        let judgement = self.model.judge(text, comment.kind());
        let voucher = circumstances.voucher(comment);
        let signals = all(ruled, judgement.signals, circumstances.signals, voucher);
        let ruling = policy::decide(&signals, self.thresholds);
        Decision {
            verdict: ruling.verdict,
            score: ruling.score,
            decided_by: ruling.decided_by,
            thresholds: self.thresholds,
            heads: judgement.heads,
            signals,
            model: self.model.version().to_owned(),
            ruleset: self.rules.id().to_owned(),
            language: text.language(),
            degraded: circumstances.degraded,
            checked_at: circumstances.now,
        }
    }
}

impl Circumstances {
    fn voucher(&self, comment: &Comment) -> Voucher {
        match (comment.role(), self.trusted) {
            (Role::Staff, _) => Voucher::Site,
            (_, true) => Voucher::Moderator,
            _ => Voucher::Nobody,
        }
    }
}

/// What is known about a comment before a model has spoken.
struct Evidence<'a> {
    comment: &'a Comment,
    text: &'a Text,
    ruled: Vec<Signal>,
    circumstances: Circumstances,
}

impl Evidence<'_> {
    /// All signals as another model would complete them.
    fn clone_with(&self, judgement: Judgement) -> Vec<Signal> {
        let gathered = self.circumstances.signals.clone();
        all(self.ruled.clone(), judgement.signals, gathered, self.circumstances.voucher(self.comment))
    }
}

/// All signals in their order, the word of who answers for the comment last.
fn all(ruled: Vec<Signal>, judged: Vec<Signal>, gathered: Vec<Signal>, voucher: Voucher) -> Vec<Signal> {
    let mut signals = ruled;
    signals.extend(judged);
    signals.extend(gathered);
    signals.extend(policy::trust(voucher, &signals));
    signals
}
