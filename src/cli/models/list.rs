//! `tamis models list`.

use clap::Args;
use comfy_table::{ContentArrangement, Table};
use serde_json::json;

use super::super::{CliError, Outcome, print};
use super::{Desk, scope_name};
use crate::domain::activation::{Activation, InUse, ModelVersion, Scope};
use crate::domain::classifier::card::Card;
use crate::domain::site::Site;
use crate::service::models::Listed;

#[derive(Debug, Args)]
pub struct List {
    #[arg(long)]
    json: bool,
}

/// Changes of what decides that a person is shown.
const CHANGES_SHOWN: usize = 10;

/// What there is to list.
struct Inventory {
    models: Vec<Listed>,
    in_use: InUse,
    sites: Vec<Site>,
    built_in: String,
    /// Of every scope, latest first.
    history: Vec<Activation>,
}

impl List {
    pub(super) async fn run(self, desk: &Desk) -> Result<Outcome, CliError> {
        let models = desk.models.list().await.map_err(|error| CliError::new(error.to_string()))?;
        let (in_use, sites) = (desk.store().in_use().await?, desk.store().sites().await?);
        let mut history = Vec::new();
        for activation in &in_use.active {
            history.extend(desk.store().activations(activation.scope).await?);
        }
        history.sort_by_key(|change| std::cmp::Reverse((change.at, change.serial)));
        let built_in = desk.models.built_in().version().to_owned();
        let inventory = Inventory { models, in_use, sites, built_in, history };
        print(&if self.json { inventory.json() } else { inventory.text(&desk.models.place()) })?;
        Ok(Outcome::Done)
    }
}

impl Inventory {
    fn text(&self, place: &str) -> String {
        let mut table = Table::new();
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(["version", "decides", "trained on", "examples", "follows"]);
        for listed in &self.models {
            table.add_row(self.row(listed));
        }
        let missing: String = self
            .missing()
            .map(|version| format!("\n{version} should decide and is not in {place}: it was moved or deleted"))
            .collect();
        let changes = self.history.iter().take(CHANGES_SHOWN).map(|change| format!("\n{}", self.change(change)));
        let heading = if self.history.is_empty() { "" } else { "\n\nLast changes:" };
        format!("{table}\nregistry: {place}{missing}{heading}{}", changes.collect::<String>())
    }

    fn row(&self, listed: &Listed) -> Vec<String> {
        let version = listed.version.to_string();
        let uses = self.uses(&version).join("\n");
        match &listed.card {
            Ok(card) => {
                let parent = card.parent.clone().unwrap_or_default();
                vec![version, uses, card.date.clone(), examples(card).to_string(), parent]
            }
            Err(error) => vec![version, format!("{uses}\nCANNOT BE USED: {error}")],
        }
    }

    /// Where a model decides or shadows, in words.
    fn uses(&self, version: &str) -> Vec<String> {
        let mut uses = Vec::new();
        let own = self.in_use.own(Scope::Default).map(|own| own.as_str());
        if own.unwrap_or(&self.built_in) == version {
            let others =
                self.in_use.active.iter().any(|active| active.scope != Scope::Default && active.version.is_some());
            uses.push(if others { "everywhere, but on sites with their own" } else { "everywhere" }.to_owned());
        }
        let sites = self.in_use.active.iter().filter(|active| active.scope != Scope::Default);
        let with_it = sites.filter(|active| active.version.as_ref().is_some_and(|own| own.as_str() == version));
        uses.extend(with_it.map(|active| format!("on {}", self.name(active.scope))));
        let shadows = self.in_use.shadows.iter().filter(|(_, shadow)| shadow.as_str() == version);
        uses.extend(shadows.map(|(scope, _)| format!("no; shadow on {}", self.name(*scope))));
        if version == self.built_in {
            uses.push("(built in)".to_owned());
        }
        uses
    }

    fn name(&self, scope: Scope) -> String {
        scope_name(scope, &self.sites).as_str().unwrap_or("every site without its own").to_owned()
    }

    /// Versions that should decide and are in no file.
    fn missing(&self) -> impl Iterator<Item = &str> {
        let listed = |version: &str| self.models.iter().any(|listed| listed.version.as_str() == version);
        self.in_use.versions().map(|version| version.as_str()).filter(move |version| !listed(version))
    }

    fn change(&self, change: &Activation) -> String {
        let none = if change.scope == Scope::Default { "the built-in one" } else { "none of its own" };
        let version = change.version.as_ref().map_or(none, ModelVersion::as_str);
        let overrides: String =
            change.overrides.iter().map(|objection| format!("\n    overriding: {objection}")).collect();
        let at = change.at.strftime("%Y-%m-%d %H:%M UTC");
        format!(
            "  {at}  {} to {version}, {}, by {}{overrides}",
            change.step.as_str(),
            self.name(change.scope),
            change.by
        )
    }

    fn json(&self) -> String {
        let models: Vec<_> = self.models.iter().map(|listed| self.model_json(listed)).collect();
        let active: Vec<_> = self.in_use.active.iter().map(|change| self.change_json(change)).collect();
        let shadows = self.in_use.shadows.iter();
        let shadows: Vec<_> = shadows
            .map(|(scope, version)| json!({ "site": scope_name(*scope, &self.sites), "version": version }))
            .collect();
        let history: Vec<_> = self.history.iter().map(|change| self.change_json(change)).collect();
        let default = self.in_use.own(Scope::Default).map_or(self.built_in.as_str(), |version| version.as_str());
        json!({ "default": default, "built_in": self.built_in, "active": active, "shadows": shadows, "models": models,
                "history": history })
        .to_string()
    }

    fn model_json(&self, listed: &Listed) -> serde_json::Value {
        let (card, problem) = (listed.card.as_ref().ok(), listed.card.as_ref().err());
        json!({
            "version": listed.version,
            "built_in": listed.version.as_str() == self.built_in,
            "date": card.map(|card| &card.date),
            "examples": card.map(examples),
            "parent": card.and_then(|card| card.parent.as_ref()),
            "problem": problem.map(ToString::to_string),
        })
    }

    fn change_json(&self, change: &Activation) -> serde_json::Value {
        json!({ "site": scope_name(change.scope, &self.sites), "serial": change.serial, "step": change.step,
                "version": change.version, "at": change.at, "by": change.by, "overrides": change.overrides })
    }
}

pub(super) fn examples(card: &Card) -> u64 {
    card.files.iter().map(|file| file.examples).sum()
}
