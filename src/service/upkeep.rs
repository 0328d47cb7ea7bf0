//! Looking after a store: whether it is sound, and copying it to another.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::site::SiteId;
use crate::ports::store::StoreError;
use crate::ports::upkeep::{Finding, Holds, Part, Row, Rows, Schema, TABLES, Table, Upkeep};

/// What is wrong with a store, whatever its schema.
///
/// # Errors
/// [`StoreError::Unavailable`] when it cannot be reached.
pub async fn check(store: &dyn Upkeep) -> Result<Vec<Finding>, StoreError> {
    let found = match store.schema().await {
        Ok(schema) => match behind(schema) {
            Some(finding) => Ok(vec![finding]),
            None => store.findings().await,
        },
        Err(error) => Err(error),
    };
    match found {
        Err(StoreError::Damaged(what)) => Ok(vec![Finding { what, remedy: "restore it from a backup".to_owned() }]),
        other => other,
    }
}

fn behind(schema: Schema) -> Option<Finding> {
    let (what, remedy) = match schema.found {
        Some(found) if found == schema.known => return None,
        Some(found) if found > schema.known => {
            (format!("a newer Tamis wrote it (schema {found})"), "run that version or a newer one")
        }
        Some(found) => (
            format!("its schema is {found}, this version’s is {}", schema.known),
            "`tamis store migrate`, or the next `tamis serve`, brings it up to date",
        ),
        None => {
            ("there is no store there yet".to_owned(), "`tamis store migrate`, or the first `tamis serve`, makes it")
        }
    };
    Some(Finding { what, remedy: remedy.to_owned() })
}

/// How many rows of each table were copied, and compared afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Copied {
    pub table: &'static str,
    pub rows: u64,
}

/// Why nothing was copied: the target is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the store to copy from: {}; {}", .0.what, .0.remedy)]
    NotReady(Finding),
    #[error("there is no site named `{0}` in the store to copy from")]
    NoSuchSite(String),
    #[error("the target holds rows already, in `{0}`; copy to an empty one, or one site with `--site`")]
    NotEmpty(&'static str),
    #[error("the target has a site `{0}` already")]
    SiteThere(String),
    #[error(
        "the target has keys of its own: it would not recognise what is copied. Copy to an empty store first, and other \
         sites to that one"
    )]
    OtherKeys,
    #[error("a row of `{table}` did not arrive as it left; report this")]
    Differs { table: &'static str },
}

/// Copies a store, or one site of it, to another in one transaction, and compares every row before the commit.
///
/// One site's copy leaves the installation's own behind: moderators, and the keys of addresses, without which addresses
/// seen before are not recognised.
///
/// # Errors
/// The target is then as it was.
pub async fn copy(from: &dyn Upkeep, to: &dyn Upkeep, site: Option<&str>) -> Result<Vec<Copied>, CopyError> {
    if let Some(finding) = behind(from.schema().await?) {
        return Err(CopyError::NotReady(finding));
    }
    let mut source = from.leave().await?;
    to.migrate().await?;
    let mut target = to.arrive().await?;
    let part = match site {
        Some(name) => Part::Site(site_named(source.as_mut(), name).await?),
        None => Part::Whole,
    };
    make_room(source.as_mut(), target.as_mut(), site).await?;
    for table in tables(part) {
        transfer(source.as_mut(), target.as_mut(), table, part).await?;
    }
    let mut copied = Vec::new();
    for table in tables(part) {
        copied.push(compare(source.as_mut(), target.as_mut(), table, part).await?);
    }
    target.commit().await?;
    Ok(copied)
}

fn tables(part: Part) -> impl Iterator<Item = &'static Table> {
    TABLES
        .iter()
        .filter(move |table| part == Part::Whole || !matches!(table.holds, Holds::PassingKeys | Holds::Installation))
}

fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row.0.get(column).and_then(Value::as_str).unwrap_or_default()
}

fn table(name: &str) -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(move |table| table.name == name)
}

async fn site_named(rows: &mut dyn Rows, name: &str) -> Result<SiteId, CopyError> {
    let missing = || CopyError::NoSuchSite(name.to_owned());
    for site in all(rows, "sites").await? {
        if text(&site, "name") == name {
            return Uuid::parse_str(text(&site, "id")).map(SiteId).map_err(|_| missing());
        }
    }
    Err(missing())
}

/// A small table, whole.
async fn all(rows: &mut dyn Rows, name: &str) -> Result<Vec<Row>, StoreError> {
    let mut found: Vec<Row> = Vec::new();
    for table in table(name) {
        loop {
            let page = rows.page(table, Part::Whole, found.last()).await?;
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
    }
    Ok(found)
}

/// Sees to it that the target can take the rows. Keys that nothing was made with yet make way for those of the source.
async fn make_room(source: &mut dyn Rows, target: &mut dyn Rows, site: Option<&str>) -> Result<(), CopyError> {
    let Some(table) = occupied(target).await? else {
        for table in TABLES.iter().filter(|table| is_keys(table)) {
            target.clear(table).await?;
        }
        return Ok(());
    };
    let Some(name) = site else { return Err(CopyError::NotEmpty(table)) };
    if all(target, "sites").await?.iter().any(|there| text(there, "name") == name) {
        return Err(CopyError::SiteThere(name.to_owned()));
    }
    for table in TABLES.iter().filter(|table| table.holds == Holds::Keys) {
        if all(source, table.name).await? != all(target, table.name).await? {
            return Err(CopyError::OtherKeys);
        }
        target.clear(table).await?;
    }
    Ok(())
}

fn is_keys(table: &Table) -> bool {
    matches!(table.holds, Holds::Keys | Holds::PassingKeys)
}

/// A table of the target that holds more than keys.
async fn occupied(target: &mut dyn Rows) -> Result<Option<&'static str>, StoreError> {
    for table in TABLES.iter().filter(|table| !is_keys(table)) {
        if !target.page(table, Part::Whole, None).await?.is_empty() {
            return Ok(Some(table.name));
        }
    }
    Ok(None)
}

async fn transfer(source: &mut dyn Rows, target: &mut dyn Rows, table: &Table, part: Part) -> Result<(), CopyError> {
    let mut page = source.page(table, part, None).await?;
    while !page.is_empty() {
        target.add(table, &page).await?;
        page = source.page(table, part, page.last()).await?;
    }
    Ok(())
}

/// Page by page, as each store gives them.
async fn compare(source: &mut dyn Rows, target: &mut dyn Rows, table: &Table, part: Part) -> Result<Copied, CopyError> {
    let (mut after, mut rows) = (None, 0);
    loop {
        let (left, arrived) =
            (source.page(table, part, after.as_ref()).await?, target.page(table, part, after.as_ref()).await?);
        if left != arrived {
            return Err(CopyError::Differs { table: table.name });
        }
        rows += left.len() as u64;
        let Some(last) = left.into_iter().next_back() else { return Ok(Copied { table: table.name, rows }) };
        after = Some(last);
    }
}
