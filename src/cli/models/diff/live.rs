//! `tamis models diff --shadow`: live comments on which the shadow would have decided otherwise.

use serde_json::{Value, json};

use super::super::super::words::{excerpt, verdict};
use super::super::super::{CliError, Outcome, print};
use super::super::{Desk, Named};
use crate::domain::activation::{InUse, ModelVersion, Scope};
use crate::domain::decision::Verdict;
use crate::domain::site::Site;
use crate::ports::store::{Differing, Shadowed};

/// A disagreement with what people need to judge it.
struct Disagreement {
    site: String,
    differing: Differing,
    label: Option<&'static str>,
    text: Option<String>,
}

/// What a candidate would have decided on some sites.
#[derive(Default)]
struct Found {
    counts: Vec<(Verdict, Verdict, u64)>,
    disagreements: Vec<Disagreement>,
}

pub(super) async fn show(desk: &Desk, place: &Named, limit: u32, as_json: bool) -> Result<Outcome, CliError> {
    let in_use = desk.store().in_use().await?;
    let own = in_use.own_shadow(place.scope).or_else(|| in_use.own_shadow(Scope::Default));
    let candidate = own.cloned().ok_or_else(|| {
        CliError::new(format!("no candidate scores comments {}", place.place()))
            .hinted("`tamis models shadow VERSION` lets one score new comments for the record only")
    })?;
    let mut found = Found::default();
    for site in sites(desk, place, &in_use).await? {
        let shadowed = desk.store().shadowed(site.id, &candidate, limit).await?;
        found.add(desk, &site, shadowed).await?;
    }
    found.disagreements.sort_by_key(|disagreement| worst_first(&disagreement.differing));
    found.disagreements.truncate(limit as usize);
    print(&if as_json { found.json(&candidate) } else { found.text(&candidate, place) })?;
    Ok(Outcome::Done)
}

/// The site that was named, or all on which the default's shadow scores.
async fn sites(desk: &Desk, place: &Named, in_use: &InUse) -> Result<Vec<Site>, CliError> {
    if let Some(site) = &place.site {
        return Ok(vec![site.clone()]);
    }
    let mut sites = desk.store().sites().await?;
    sites.retain(|site| in_use.own_shadow(Scope::Site(site.id)).is_none());
    Ok(sites)
}

fn worst_first(differing: &Differing) -> (i8, i32) {
    let rank = |verdict: Verdict| verdict as i8;
    let steps = (rank(differing.given.0) - rank(differing.candidate.0)).abs();
    (-steps, -(differing.given.1 - differing.candidate.1).thousandths().abs())
}

impl Found {
    async fn add(&mut self, desk: &Desk, site: &Site, shadowed: Shadowed) -> Result<(), CliError> {
        for (given, candidate, number) in shadowed.counts {
            match self.counts.iter_mut().find(|(a, b, _)| (*a, *b) == (given, candidate)) {
                Some((_, _, sum)) => *sum += number,
                None => self.counts.push((given, candidate, number)),
            }
        }
        for differing in shadowed.differing {
            let record = desk.store().comment(site.id, differing.id).await?;
            let revisions = record.iter().flat_map(|record| &record.revisions);
            let revision = revisions.into_iter().find(|revision| revision.number == differing.revision);
            let text = revision.and_then(|revision| Some(revision.content.as_ref()?.body.clone()));
            let label = record.as_ref().and_then(|record| record.label()).map(|label| label.as_str());
            self.disagreements.push(Disagreement { site: site.name.clone(), differing, label, text });
        }
        Ok(())
    }

    fn scored(&self) -> u64 {
        self.counts.iter().map(|(_, _, number)| number).sum()
    }

    fn agreed(&self) -> u64 {
        self.counts.iter().filter(|(given, candidate, _)| given == candidate).map(|(_, _, number)| number).sum()
    }

    fn text(&self, candidate: &ModelVersion, place: &Named) -> String {
        let (scored, agreed) = (self.scored(), self.agreed());
        let otherwise = self.counts.iter().filter(|(given, other, _)| given != other);
        let otherwise: String = otherwise
            .map(|(given, other, number)| format!("\n  {number:>6}  {} → {}", given.as_str(), other.as_str()))
            .collect();
        let shown: String = self.disagreements.iter().map(Disagreement::text).collect();
        format!("{candidate} scored {scored} comments {}; it agreed on {agreed}.{otherwise}{shown}", place.place())
    }

    fn json(&self, candidate: &ModelVersion) -> String {
        let counts: Vec<Value> = self
            .counts
            .iter()
            .map(|(given, other, number)| json!({ "given": given, "candidate": other, "comments": number }))
            .collect();
        let disagreements: Vec<Value> = self.disagreements.iter().map(Disagreement::json).collect();
        json!({ "candidate": candidate, "scored": self.scored(), "agreed": self.agreed(), "counts": counts,
                "disagreements": disagreements })
        .to_string()
    }
}

impl Disagreement {
    fn text(&self) -> String {
        let label = self.label.map(|label| format!(", a person says {label}")).unwrap_or_default();
        format!(
            "\n\n{} → {}  {} ({}{label})\n  {}",
            verdict(self.differing.given),
            verdict(self.differing.candidate),
            self.differing.id,
            self.site,
            self.text.as_deref().map_or_else(|| "the text is gone".to_owned(), excerpt),
        )
    }

    fn json(&self) -> Value {
        let Differing { id, revision, given, candidate } = &self.differing;
        json!({
            "site": self.site, "id": id, "revision": revision, "label": self.label, "text": self.text,
            "given": { "verdict": given.0, "score": given.1 },
            "candidate": { "verdict": candidate.0, "score": candidate.1 },
        })
    }
}
