//! Which model decides is changed here: promoted through the gate, or rolled back.

use std::sync::Arc;

use super::gate::{self, GateReport, GoldSet};
use super::models::{ModelUnusable, Models};
use crate::domain::activation::{Activation, InUse, ModelVersion, Responsible, Scope};
use crate::domain::classifier::Model;
use crate::domain::sieve::Sieve;
use crate::ports::store::{Store, StoreError};

/// A promotion that somebody asks for.
#[derive(Clone, Debug)]
pub struct Promotion {
    pub scope: Scope,
    pub version: ModelVersion,
    /// Promote whatever the gate objects.
    pub force: bool,
    pub by: String,
    pub at: jiff::Timestamp,
}

/// What came of it.
#[derive(Debug)]
pub enum Promoted {
    /// It decides there already; nothing was changed.
    Already,
    /// The gate objected; nothing was changed.
    Refused {
        active: String,
        report: GateReport,
    },
    Done {
        active: String,
        report: GateReport,
        activation: Activation,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum PromoteError {
    #[error("{0}; nothing was changed")]
    Unusable(#[from] ModelUnusable),
    #[error("somebody else changed what decides there meanwhile; nothing was changed")]
    Contended,
    #[error("there is nothing to go back to")]
    NothingBefore,
    #[error("what decided before is no longer known: only the last changes are kept; promote a model by its version")]
    Forgotten,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for PromoteError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Contended,
            error => Self::Store(error),
        }
    }
}

/// Promotes a model if it passes the gate, or is forced through it. `base` gives the rules and thresholds to try it with.
///
/// # Errors
/// The model cannot be used, another change came first, or the store is away.
pub async fn promote(
    models: &Models,
    store: &dyn Store,
    base: &Sieve,
    gold: &[GoldSet],
    promotion: Promotion,
) -> Result<Promoted, PromoteError> {
    let Promotion { scope, version, force, by, at } = promotion;
    let in_use = store.in_use().await?;
    let candidate = models.load(&version).await?;
    if in_use.own(scope) == Some(&version) {
        return Ok(Promoted::Already);
    }
    let active = running(models, &in_use, scope).await;
    let with = |model: &Arc<Model>| Sieve { model: Arc::clone(model), ..base.clone() };
    let report = gate::try_out(&with(&active), &with(&candidate), gold);
    let active = active.version().to_owned();
    if !report.passes() && !force {
        return Ok(Promoted::Refused { active, report });
    }
    let who = Responsible { by, at, overrides: report.objections.clone() };
    let activation = Activation::promotion(scope, in_use.activation(scope), version, who);
    store.activate(&activation).await?;
    Ok(Promoted::Done { active, report, activation })
}

/// What the candidate is held against: where the active model cannot be read, the built-in one, as a server that starts
/// then would.
async fn running(models: &Models, in_use: &InUse, scope: Scope) -> Arc<Model> {
    models.active(in_use, scope).await.unwrap_or_else(|_| Arc::clone(models.built_in()))
}

/// Restores what decided in a scope before its last promotion; no gate stands in the way back.
///
/// # Errors
/// There is nothing before, what was before cannot be used, another change came first, or the store is away.
pub async fn roll_back(
    models: &Models,
    store: &dyn Store,
    scope: Scope,
    by: String,
    at: jiff::Timestamp,
) -> Result<Activation, PromoteError> {
    let history = store.activations(scope).await?;
    let current = history.first().ok_or(PromoteError::NothingBefore)?;
    let target = match current.back.ok_or(PromoteError::NothingBefore)? {
        0 => None,
        serial => Some(history.iter().find(|past| past.serial == serial).ok_or(PromoteError::Forgotten)?),
    };
    if let Some(version) = target.and_then(|target| target.version.as_ref()) {
        models.load(version).await?;
    }
    let activation = current.rollback(target, Responsible { by, at, overrides: Vec::new() });
    store.activate(&activation).await?;
    Ok(activation)
}
