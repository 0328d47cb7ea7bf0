//! `tamis corpus export`: the labels of the moderators, as examples.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use crate::cli::wiring::{self, Foundation};
use crate::cli::{CliError, Outcome, print};
use crate::config::Config;
use crate::corpus::{Collection, Line, Unwritable, Voices, Weight};
use crate::domain::classifier::card;
use crate::domain::comment::{CommentId, Role};
use crate::domain::ledger::{Exclusion, Lesson, Taught};
use crate::domain::review::{Label, Record};
use crate::domain::site::Site;
use crate::domain::text::Text;
use crate::service::ledger::each_lesson;

/// How many disputed comments are listed.
const MOST_TOLD: usize = 20;

#[derive(Debug, Args)]
pub struct Export {
    /// Where to write the examples
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only this site's [default: every site's]
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// Leave out the labels that this person gave, from --since on
    #[arg(long, value_name = "WHO", requires = "since")]
    without: Option<String>,
    /// The day from which --without holds
    #[arg(long, value_name = "YYYY-MM-DD", requires = "without")]
    since: Option<Date>,
    #[arg(long)]
    json: bool,
}

impl Export {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        let without = self.excluded()?;
        crate::cli::runtime()?.block_on(async {
            let Foundation { store, clock, .. } = wiring::foundation(&config).await?;
            let mut sites = store.sites().await?;
            sites.retain(|site| self.site.as_ref().is_none_or(|name| *name == site.name));
            if sites.is_empty() {
                return Err(CliError::new("there is no such site").hinted("`tamis site list` shows them"));
            }
            let mut collection = Collection::new(&self.out)?;
            let mut disputed = Vec::new();
            for site in &sites {
                each_lesson::<CliError>(store.as_ref(), site.id, clock.now(), &without, &mut |record, lesson| {
                    match lesson {
                        Lesson::Example(taught) => add(&mut collection, site, record, &taught)?,
                        Lesson::Disputed { .. } if disputed.len() >= MOST_TOLD => {}
                        Lesson::Disputed { said, .. } => {
                            let said = said.iter().map(|said| format!("{} {}", said.by, label(said.label).as_str()));
                            disputed.push((record.id, said.collect::<Vec<_>>().join(", ")));
                        }
                    }
                    Ok(())
                })
                .await?;
            }
            let gathered = collection.finish(Voices::default())?;
            let told = match self.json {
                true => json!({ "gathered": gathered, "disputed": disputed }).to_string(),
                false => {
                    let labels: Vec<_> =
                        gathered.labels.iter().map(|(name, number)| format!("{number} {name}")).collect();
                    let mut lines = vec![format!(
                        "{} examples in {}: {}",
                        gathered.examples,
                        self.out.display(),
                        labels.join(", ")
                    )];
                    lines.push(format!(
                        "left out: {} duplicates, {} with two labels, {} above a share",
                        gathered.duplicates,
                        gathered.conflicting,
                        gathered.above_share.values().sum::<u64>()
                    ));
                    lines.extend(disputed.iter().map(|(id, said)| format!("disputed {id}: {said}")));
                    lines.join("\n")
                }
            };
            print(&told)?;
            Ok(Outcome::Done)
        })
    }

    fn excluded(&self) -> Result<Vec<Exclusion>, CliError> {
        let (Some(by), Some(since)) = (&self.without, self.since) else { return Ok(Vec::new()) };
        let since =
            jiff::tz::Offset::UTC.to_timestamp(since.into()).map_err(|error| CliError::new(error.to_string()))?;
        Ok(vec![Exclusion { by: by.clone(), since }])
    }
}

fn add(
    collection: &mut Collection<CommentId>,
    site: &Site,
    record: &Record,
    taught: &Taught<'_>,
) -> Result<(), CliError> {
    let language = record.page.language.unwrap_or_else(|| site.locale.language());
    let mut line = Line {
        text: taught.content.body.clone(),
        format: taught.content.format,
        label: label(taught.label),
        lang: Some(language),
        source: site.name.clone(),
        group: record.page.url.clone(),
        author_name: taught.content.author_name.clone(),
        author_url: taught.content.author_url.clone(),
        role: Role::Visitor,
        weight: if taught.by.is_some() { Weight::default() } else { Weight::MACHINE },
        comment: Some(record.id.to_string()),
        by: Some(taught.by.clone().unwrap_or_else(|| "machine".to_owned())),
        at: Some(taught.at.to_string()),
    };
    let Ok(comment) = line.comment() else { return Ok(()) };
    let text = Text::of(&comment, line.lang);
    line.lang = text.language();
    Ok(collection.add(&line, &text, record.id)?)
}

fn label(label: Label) -> card::Label {
    match label {
        Label::Ham => card::Label::Ham,
        Label::Spam => card::Label::Spam,
        Label::Abuse => card::Label::Abuse,
    }
}

impl From<Unwritable> for CliError {
    fn from(error: Unwritable) -> Self {
        Self::new(error.to_string()).hinted("nothing was written")
    }
}
