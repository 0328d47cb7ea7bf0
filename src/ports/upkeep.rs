//! A store as its operator sees it: which schema it has, what is wrong with it, and all its rows, to copy them.
//!
//! Nothing here serves a request: it opens connections of its own, and takes the time that it takes.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::site::SiteId;

use super::store::StoreError;

/// For the command line, which needs no futures that move between threads.
/// For the command line, which needs no future that moves between threads.
#[async_trait(?Send)]
pub trait Upkeep {
    /// Which schema is there, beside this version's. It changes nothing, and creates nothing.
    async fn schema(&self) -> Result<Schema, StoreError>;

    /// Creates this version's schema, or brings an older one up to date.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when what is there is not a store of Tamis's, or a newer Tamis wrote it.
    async fn migrate(&self) -> Result<(), StoreError>;

    /// What is wrong with a store of this version's schema. It reads everything: seconds for every gigabyte.
    async fn findings(&self) -> Result<Vec<Finding>, StoreError>;

    /// All rows of one moment, to read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when a server is at work on the store: what it writes meanwhile would stay behind.
    async fn leave(&self) -> Result<Box<dyn Rows>, StoreError>;

    /// One transaction, to write rows in. Dropped before its commit, it leaves the store as it was.
    ///
    /// # Errors
    /// As [`Upkeep::leave`].
    async fn arrive(&self) -> Result<Box<dyn Rows>, StoreError>;
}

/// Versions of the schema: the number of the latest migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// `None` where there is no store yet.
    pub found: Option<i64>,
    /// This version's.
    pub known: i64,
}

/// One thing that is wrong with a store, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub what: String,
    pub remedy: String,
}

/// Rows within one transaction.
#[async_trait]
pub trait Rows: Send {
    /// The rows of a table after `after`, in the order of its primary key: a page of them, empty at the end.
    async fn page(&mut self, table: &Table, part: Part, after: Option<&Row>) -> Result<Vec<Row>, StoreError>;

    /// Adds rows as they are.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when one of them is there already.
    async fn add(&mut self, table: &Table, rows: &[Row]) -> Result<(), StoreError>;

    /// Takes all rows out of a table.
    async fn clear(&mut self, table: &Table) -> Result<(), StoreError>;

    /// When it returns `Ok`, what was written is on disk.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// What of a store to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// What is one site's; nothing of tables that hold the installation's.
    Site(SiteId),
}

/// A row as JSON that is the same from every store: numbers and text as they are, ids and other bytes in lower-case
/// hexadecimal. It may hold what people wrote, so it is not shown.
#[derive(Clone, PartialEq)]
pub struct Row(pub Map<String, Value>);

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Row").field(&self.0.len()).finish()
    }
}

/// A table of the store, by the name that every database gives it.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub holds: Holds,
}

/// Whose a table's rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The keys that digests in other tables were made with.
    Keys,
    /// The same, but each ends with its period: a site that is copied alone goes without.
    PassingKeys,
    /// What belongs to no one site.
    Installation,
    /// A site's, by the column that holds its id.
    BySite(&'static str),
    /// A comment's, by the column `comment`.
    ByComment,
}

const fn table(name: &'static str, holds: Holds) -> Table {
    Table { name, holds }
}

/// Every table that holds what cannot be made from others, parents before children. Moderators are the installation's:
/// one may have several sites.
pub const TABLES: &[Table] = &[
    table("sites", Holds::BySite("id")),
    table("sealed_keys", Holds::Keys),
    table("activations", Holds::BySite("scope")),
    table("shadows", Holds::BySite("scope")),
    table("comments", Holds::BySite("site")),
    table("revisions", Holds::ByComment),
    table("texts", Holds::ByComment),
    table("events", Holds::ByComment),
    table("shadow_verdicts", Holds::ByComment),
    table("answers", Holds::BySite("site")),
    table("undone_labels", Holds::BySite("site")),
    table("authors", Holds::ByComment),
    table("standings", Holds::ByComment),
    table("address_keys", Holds::PassingKeys),
    table("moderators", Holds::Installation),
    table("roles", Holds::Installation),
    table("invitations", Holds::Installation),
    table("sessions", Holds::Installation),
    table("feeds", Holds::Installation),
    table("bulletins", Holds::Installation),
    table("audit", Holds::BySite("scope")),
];
