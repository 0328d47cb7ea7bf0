//! A running server follows what the store says is active, within a second or two.

use std::collections::HashMap;
use std::sync::Arc;

use super::Models;
use crate::domain::activation::{InUse, ModelVersion, Scope};
use crate::domain::classifier::Model;
use crate::domain::site::SiteId;
use crate::ports::store::{Store, StoreError};
use crate::service::sieves::{Pair, Sieves};

/// A model that could not be loaded is tried again at one refresh in so many: the registry may be far away.
const TRY_AGAIN_AFTER: u32 = 30;

/// What the last refresh left.
#[derive(Default)]
pub(super) struct Loaded {
    in_use: Option<InUse>,
    models: HashMap<ModelVersion, Arc<Model>>,
    /// Refreshes since models were loaded.
    since: u32,
}

impl Models {
    /// Lets decide and shadow what the store says. A model that cannot be used changes nothing where it should decide:
    /// what ran there goes on, and [`Models::problems`] says why.
    ///
    /// # Errors
    /// The store is away; everything stays as it is.
    pub async fn refresh(&self, store: &dyn Store, sieves: &Sieves) -> Result<(), StoreError> {
        let in_use = store.in_use().await?;
        let mut loaded = self.loaded.lock().await;
        loaded.since += 1;
        let unchanged = loaded.in_use.as_ref() == Some(&in_use);
        if unchanged && (self.problems.load().is_empty() || loaded.since < TRY_AGAIN_AFTER) {
            return Ok(());
        }
        let problems = self.load_all(&in_use, &mut loaded).await;
        let chosen = Chosen { loaded: &loaded.models, in_use: &in_use, built_in: &self.built_in, sieves };
        chosen.install();
        self.tell(problems);
        if !unchanged {
            tracing::info!(model = sieves.common().model.version(), "read anew which models decide");
        }
        loaded.in_use = Some(in_use);
        loaded.since = 0;
        Ok(())
    }

    /// Loads what is newly named and drops what no longer is: a sentence for each that cannot be used.
    async fn load_all(&self, in_use: &InUse, loaded: &mut Loaded) -> Vec<String> {
        loaded.models.retain(|version, _| in_use.versions().any(|named| named == version));
        let mut problems = Vec::new();
        for version in in_use.versions() {
            if loaded.models.contains_key(version) {
                continue;
            }
            match self.load(version).await {
                Ok(model) => drop(loaded.models.insert(version.clone(), model)),
                Err(error) => problems.push(error.to_string()),
            }
        }
        problems.sort();
        problems.dedup();
        problems
    }

    fn tell(&self, problems: Vec<String>) {
        for problem in problems.iter().filter(|problem| !self.problems.load().contains(problem)) {
            tracing::error!(error = problem, "a model cannot be used; the one that ran goes on");
        }
        self.problems.store(Arc::new(problems));
    }
}

/// From what is named and loaded to what decides.
struct Chosen<'a> {
    loaded: &'a HashMap<ModelVersion, Arc<Model>>,
    in_use: &'a InUse,
    built_in: &'a Arc<Model>,
    sieves: &'a Sieves,
}

impl Chosen<'_> {
    fn install(&self) {
        let common = self.common();
        let own = self.sites().map(|site| (site, self.own(site, &common))).collect();
        self.sieves.set_models(&common, &own);
    }

    fn common(&self) -> Pair {
        let model = match self.in_use.own(Scope::Default) {
            None => Arc::clone(self.built_in),
            Some(version) => self.loaded.get(version).cloned().unwrap_or_else(|| self.sieves.common().model.clone()),
        };
        let shadow = self.shadow(self.in_use.own_shadow(Scope::Default), &model);
        Pair { model, shadow }
    }

    /// The sites with a model or a shadow of their own.
    fn sites(&self) -> impl Iterator<Item = SiteId> {
        let active = self.in_use.active.iter().filter(|activation| activation.version.is_some());
        let scopes =
            active.map(|activation| activation.scope).chain(self.in_use.shadows.iter().map(|(scope, _)| *scope));
        scopes.filter_map(|scope| match scope {
            Scope::Site(site) => Some(site),
            Scope::Default => None,
        })
    }

    fn own(&self, site: SiteId, common: &Pair) -> Pair {
        let scope = Scope::Site(site);
        let model = match self.in_use.own(scope) {
            None => Arc::clone(&common.model),
            Some(version) => self.loaded.get(version).cloned().unwrap_or_else(|| self.sieves.of(site).model.clone()),
        };
        let shadow = self.in_use.own_shadow(scope).or_else(|| self.in_use.own_shadow(Scope::Default));
        let shadow = self.shadow(shadow, &model);
        Pair { model, shadow }
    }

    /// A model needs no shadow of itself, and one that cannot be loaded casts none.
    fn shadow(&self, named: Option<&ModelVersion>, model: &Arc<Model>) -> Option<Arc<Model>> {
        self.loaded.get(named?).filter(|shadow| shadow.version() != model.version()).cloned()
    }
}
