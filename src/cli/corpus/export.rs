//! `tamis corpus export`: the labels of the moderators, as examples.

mod authors;

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use self::authors::Authors;
use super::{share, sites, told};
use crate::cli::wiring::{self, Foundation};
use crate::cli::{CliError, Outcome, print};
use crate::config::Config;
use crate::corpus::{Collection, Gathered, Heading, Line, Unwritable, Voices, Weight};
use crate::domain::classifier::card;
use crate::domain::comment::{CommentId, Role};
use crate::domain::ledger::{Lesson, Said, Taught};
use crate::domain::review::{Label, Record};
use crate::domain::signal::Field;
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
    /// The most that one person may have of all persons' examples, such as 0.5; the newest are kept
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_share: Option<f64>,
    #[arg(long)]
    json: bool,
}

/// What is gathered from a store.
struct Gathering {
    collection: Collection<CommentId>,
    heading: Heading,
    authors: Authors,
    disputes: u64,
    /// The first of them.
    disputed: Vec<(CommentId, String)>,
    bar: ProgressBar,
}

/// What came of it.
struct Exported {
    gathered: Gathered<CommentId>,
    heading: Heading,
    disputes: u64,
    disputed: Vec<(CommentId, String)>,
}

impl Export {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        let exported = crate::cli::runtime()?.block_on(async {
            let foundation = wiring::foundation(&config).await?;
            let exported = self.export(&foundation).await;
            foundation.store.close().await?;
            exported
        })?;
        print(&if self.json { exported.json() } else { exported.text(&self.out.display().to_string()) })?;
        Ok(if exported.gathered.examples == 0 { Outcome::No } else { Outcome::Done })
    }

    async fn export(&self, foundation: &Foundation) -> Result<Exported, CliError> {
        let sites = sites(foundation, self.site.as_deref()).await?;
        let mut gathering = Gathering::new(&self.out, self.bar(foundation).await?)?;
        for site in &sites {
            gathering.site(foundation, site).await?;
        }
        gathering.finish(Voices { most: self.max_share })
    }

    /// Of all comments, or without an end, since those of one site were not counted.
    async fn bar(&self, foundation: &Foundation) -> Result<ProgressBar, CliError> {
        if self.site.is_some() {
            return Ok(ProgressBar::new_spinner().with_style(style("{spinner} {pos} comments")));
        }
        let counts = foundation.store.counts().await?;
        let comments = counts.iter().find(|(table, _)| table == "comments").map_or(0, |(_, number)| *number);
        Ok(ProgressBar::new(comments).with_style(style("{wide_bar} {pos}/{len} comments {eta}")))
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Gathering {
    fn new(out: &Path, bar: ProgressBar) -> Result<Self, CliError> {
        let (collection, heading) = (Collection::new(out)?, Heading::default());
        Ok(Self { collection, heading, authors: Authors::default(), disputes: 0, disputed: Vec::new(), bar })
    }

    async fn site(&mut self, foundation: &Foundation, site: &Site) -> Result<(), CliError> {
        let (store, now) = (foundation.store.as_ref(), foundation.clock.now());
        let undone = store.undone_labels(site.id).await?;
        each_lesson(store, site.id, now, &undone, &mut |record, lessons| {
            self.bar.inc(1);
            lessons.into_iter().try_for_each(|lesson| self.lesson(site, record, lesson))
        })
        .await?;
        self.heading.add(Heading { undone });
        Ok(())
    }

    fn lesson(&mut self, site: &Site, record: &Record, lesson: Lesson<'_>) -> Result<(), CliError> {
        match lesson {
            Lesson::Example(taught) => self.example(site, record, &taught),
            Lesson::Disputed { said, .. } => {
                self.disputes += 1;
                if self.disputed.len() < MOST_TOLD {
                    self.disputed.push((record.id, disputed(&said)));
                }
                Ok(())
            }
        }
    }

    fn example(&mut self, site: &Site, record: &Record, taught: &Taught<'_>) -> Result<(), CliError> {
        let mut line = line(site, record, taught);
        let Ok(comment) = line.comment() else { return Ok(()) };
        let text = Text::of(&comment, line.lang);
        line.lang = text.language();
        // An example bears no name and no address: only what of them is learned from.
        line.author_is_url = text.field(Field::AuthorName).is_some_and(|name| !name.links.is_empty());
        line.author_number = line.author_name.take().map(|name| self.authors.number(&name));
        line.author_url = None;
        Ok(self.collection.add(&line, &text, record.id)?)
    }

    fn finish(self, voices: Voices) -> Result<Exported, CliError> {
        self.bar.finish_and_clear();
        let Self { collection, heading, disputes, disputed, .. } = self;
        Ok(Exported { gathered: collection.finish(voices, &heading)?, heading, disputes, disputed })
    }
}

/// The example that a revision's label makes, with its author.
fn line(site: &Site, record: &Record, taught: &Taught<'_>) -> Line {
    Line {
        text: taught.content.body.clone(),
        format: taught.content.format,
        label: label(taught.label),
        lang: Some(record.page.language.unwrap_or_else(|| site.locale.language())),
        source: site.name.clone(),
        group: record.page.url.clone(),
        author_name: taught.content.author_name.clone(),
        author_url: None,
        author_number: None,
        author_is_url: false,
        role: Role::Visitor,
        weight: if taught.by.is_some() { Weight::default() } else { Weight::MACHINE },
        comment: Some(record.id.to_string()),
        by: Some(taught.by.clone().unwrap_or_else(|| "machine".to_owned())),
        at: Some(taught.at.to_string()),
    }
}

fn label(label: Label) -> card::Label {
    match label {
        Label::Ham => card::Label::Ham,
        Label::Spam => card::Label::Spam,
        Label::Abuse => card::Label::Abuse,
    }
}

fn disputed(said: &[Said]) -> String {
    said.iter().map(|said| format!("{} {}", said.by, label(said.label).as_str())).collect::<Vec<_>>().join(", ")
}

impl Exported {
    fn json(&self) -> String {
        let Self { gathered, heading, disputes, disputed } = self;
        json!({ "gathered": gathered, "disputes": disputes, "disputed": disputed, "undone": heading.undone })
            .to_string()
    }

    fn text(&self, out: &str) -> String {
        let mut lines = vec![match self.gathered.examples {
            0 => format!("{out} is empty: no comment whose text is kept has a label that teaches"),
            _ => told::gathered(&self.gathered, out),
        }];
        lines.extend(told::all_left_out(&self.gathered, CommentId::to_string));
        if self.disputes > 0 {
            lines.push(told::left_out(self.disputes, "persons do not agree:"));
        }
        lines.extend(self.disputed.iter().map(|(id, said)| format!("                 {id}: {said}")));
        let undone = self.heading.undone.iter();
        lines.extend(undone.map(|undone| format!("undone: what {} labelled from {} on", undone.by, undone.since)));
        lines.join("\n")
    }
}

impl From<Unwritable> for CliError {
    fn from(error: Unwritable) -> Self {
        Self::new(error.to_string()).hinted("nothing was written")
    }
}
