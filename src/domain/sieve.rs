//! The sieve: one comment in, one decision out. Rules, then the classifier's heads, then the policy.

use std::sync::Arc;

use jiff::Timestamp;

use super::classifier::Model;
use super::comment::{Comment, Language};
use super::decision::{Decision, Thresholds};
use super::policy;
use super::rules::RuleSet;
use super::signal::Signal;
use super::text::Text;

/// One rule set, one model and the thresholds, as one comment sees them from start to end.
#[derive(Clone, Debug)]
pub struct Sieve {
    pub rules: Arc<RuleSet>,
    pub model: Arc<Model>,
    pub thresholds: Thresholds,
}

/// What is known about a comment besides itself.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The site's language, where the page does not say its own.
    pub language: Option<Language>,
    /// What limits and history say.
    pub signals: Vec<Signal>,
    /// Whether a part of Tamis was away.
    pub degraded: bool,
    pub now: Timestamp,
}

impl Sieve {
    pub fn decide(&self, comment: &Comment, circumstances: Circumstances) -> Decision {
        let Circumstances { language, signals: gathered, degraded, now } = circumstances;
        let text = Text::of(comment, language);
        let judgement = self.model.judge(&text, comment.kind());

        let mut signals = self.rules.signals(comment, &text, now);
        signals.extend(judgement.signals);
        signals.extend(gathered);
        signals.extend(policy::trust(comment.role(), &signals));

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
            degraded,
            checked_at: now,
        }
    }
}
