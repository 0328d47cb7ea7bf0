//! The sieves that decide, site by site; a comment sees one of them from start to end.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::domain::classifier::Model;
use crate::domain::rules::RuleSet;
use crate::domain::sieve::Sieve;
use crate::domain::site::SiteId;

/// Swapped whole: whoever took a sieve before a swap finishes with it.
#[derive(Debug)]
pub struct Sieves(ArcSwap<Table>);

#[derive(Clone, Debug)]
struct Table {
    common: Arc<Sieve>,
    /// Of the sites that have a model or a shadow of their own.
    own: HashMap<SiteId, Arc<Sieve>>,
}

/// The model that decides, and the candidate that scores for the record only.
#[derive(Clone, Debug)]
pub struct Pair {
    pub model: Arc<Model>,
    pub shadow: Option<Arc<Model>>,
}

impl Sieves {
    pub fn new(common: Sieve) -> Self {
        Self(ArcSwap::from_pointee(Table { common: Arc::new(common), own: HashMap::new() }))
    }

    /// The sieve of the sites that have none of their own.
    pub fn common(&self) -> Arc<Sieve> {
        Arc::clone(&self.0.load().common)
    }

    /// The sieve for a site.
    pub fn of(&self, site: SiteId) -> Arc<Sieve> {
        let table = self.0.load();
        Arc::clone(table.own.get(&site).unwrap_or(&table.common))
    }

    pub fn set_rules(&self, rules: &Arc<RuleSet>) {
        let changed = |sieve: &Arc<Sieve>| Arc::new(Sieve { rules: Arc::clone(rules), ..Sieve::clone(sieve) });
        self.0.rcu(|table| Table {
            common: changed(&table.common),
            own: table.own.iter().map(|(site, sieve)| (*site, changed(sieve))).collect(),
        });
    }

    pub fn set_models(&self, common: &Pair, own: &HashMap<SiteId, Pair>) {
        let with = |table: &Table, pair: &Pair| {
            let Pair { model, shadow } = pair.clone();
            Arc::new(Sieve { model, shadow, ..Sieve::clone(&table.common) })
        };
        self.0.rcu(|table| Table {
            common: with(table, common),
            own: own.iter().map(|(site, pair)| (*site, with(table, pair))).collect(),
        });
    }
}
