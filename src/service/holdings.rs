//! What is held about people, and until when.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::comment::CommentId;
use crate::domain::retention::Retention;
use crate::domain::review::Record;
use crate::domain::site::Site;
use crate::ports::privacy::{Kept, Privacy};
use crate::ports::store::{Position, StoreError};

/// Comments read at once; memory does not grow with their number.
const AT_ONCE: u32 = 200;

/// What the store holds now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holdings {
    pub at: Timestamp,
    /// By the name of the site.
    pub sites: BTreeMap<String, Texts>,
    /// Rows by table, of all sites.
    pub rows: BTreeMap<String, u64>,
}

/// The texts of a site's comments, and what is kept of their authors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Texts {
    /// Comments with a text.
    pub comments: u64,
    pub texts: u64,
    /// Of those, how many still bear their author's name or URL.
    pub names: u64,
    /// Of those, how many a person's label makes examples.
    pub examples: u64,
    /// Comments that bear the digest of an address; when the last of these means nothing any more.
    pub addresses: u64,
    pub addresses_end: Option<Timestamp>,
    /// The same of an e-mail, and of the host site's own id: until the comment is erased.
    pub emails: u64,
    pub author_ids: u64,
    /// What moderators say of authors, and when the last of it is over.
    pub standings: u64,
    pub standings_end: Option<Timestamp>,
    /// When the first and the last of them go, as things stand. A label puts it off.
    pub first_ends: Option<Timestamp>,
    pub last_ends: Option<Timestamp>,
}

/// Looks at every text there is.
///
/// # Errors
/// The store is away.
pub async fn holdings(
    store: &dyn Privacy,
    sites: &[Site],
    retention: &Retention,
    now: Timestamp,
) -> Result<Holdings, StoreError> {
    let mut found: BTreeMap<String, Texts> = sites.iter().map(|site| (site.name.clone(), Texts::default())).collect();
    let mut after = None;
    loop {
        let records = store.with_text(CommentId::LAST, after, AT_ONCE).await?;
        let Some(last) = records.last() else { break };
        after = Some(Position(last.id));
        for record in &records {
            let site = sites.iter().find(|site| site.id == record.site);
            if let Some(texts) = site.and_then(|site| found.get_mut(&site.name)) {
                texts.add(record, retention);
            }
        }
    }
    for site in sites {
        let kept = store.kept(site.id).await?;
        if let Some(texts) = found.get_mut(&site.name) {
            texts.note(&kept);
        }
    }
    Ok(Holdings { at: now, sites: found, rows: store.counts().await?.into_iter().collect() })
}

impl Texts {
    fn note(&mut self, kept: &Kept) {
        self.addresses = kept.addresses.values().sum();
        self.addresses_end = kept.addresses.last_key_value().map(|(period, _)| period.ends());
        (self.emails, self.author_ids) = (kept.emails, kept.accounts);
        (self.standings, self.standings_end) = (kept.standings, kept.standings_end);
    }

    fn add(&mut self, record: &Record, retention: &Retention) {
        self.comments += 1;
        for revision in &record.revisions {
            let Some(content) = &revision.content else { continue };
            self.texts += 1;
            self.names += u64::from(content.author_name.is_some() || content.author_url.is_some());
            self.examples += u64::from(record.labelled_at(revision.number).is_some());
            let Some(ends) = record.ends(revision.number, retention) else { continue };
            self.first_ends = Some(self.first_ends.map_or(ends, |first| first.min(ends)));
            self.last_ends = self.last_ends.max(Some(ends));
        }
    }
}
