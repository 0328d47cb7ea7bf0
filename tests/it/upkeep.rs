//! `tamis store`: a store is copied to another database and back, whole or not at all, and says what is wrong with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use tamis::adapters::postgres::{self, PostgresStore};
use tamis::adapters::sqlite::{self, SqliteStore};
use tamis::domain::activation::Scope;
use tamis::domain::decision::Verdict;
use tamis::domain::moderator::{AuditAct, AuditLine, Email, Grant, Invitation, Moderator, ModeratorId, Name, Role};
use tamis::ports::store::{Database, Entry, Store};
use tempfile::TempDir;
use uuid::Uuid;

use crate::store::samples::*;
use crate::support::command::{run_with, text};
use crate::support::postgres::{Cluster, connect};
use crate::support::server::{Server, tamis, until};

/// Runs a command of `tamis store` on a store: its exit code, and what it said.
fn store(folder: &Path, url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let settings = [("TAMIS_STORE__URL", url), ("TAMIS_PRIVACY__SECRET", "un secret")];
    let output = run_with(&settings, folder, &[&["store"], arguments].concat(), "");
    (output.status.code(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

fn copy(folder: &Path, from: &str, to: &str, more: &[&str]) -> (Option<i32>, String) {
    store(folder, from, &[&["copy", "--to", to], more].concat())
}

async fn raw(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file).connect().await.unwrap()
}

/// Every row of every table, as SQLite itself writes it; what was migrated when is the file's own affair.
async fn rows(file: &Path) -> BTreeMap<String, Vec<String>> {
    let mut raw = raw(file).await;
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> '_sqlx_migrations'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut raw).await.unwrap();
    let mut found = BTreeMap::new();
    for table in tables {
        let columns = format!(
            "SELECT group_concat('quote(\"' || name || '\")', ' || '',''|| ') FROM pragma_table_info('{table}')"
        );
        let columns: String = sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&mut raw).await.unwrap();
        let all = format!("SELECT {columns} AS line FROM {table} ORDER BY line");
        found.insert(table, sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(&mut raw).await.unwrap());
    }
    found
}

/// Two sites with everything that a store can hold.
async fn fill(store: &dyn Database) {
    let (one, two) = (with_site(store, 1).await, with_site(store, 2).await);
    store.sealed_key("content", &[1, 2, 255]).await.unwrap();
    store.record(Entry { claim: Some(claim(1, 1)), ..long_entry(one, 1) }).await.unwrap();
    store.record(edit(&long_entry(one, 1), 2, 1, "Autre chose « é »")).await.unwrap();
    store.record(entry(one, 2)).await.unwrap();
    store.change(rejection(one, 2, 1)).await.unwrap();
    store.record(shadowed(one, 3, Verdict::Reject, 5_100)).await.unwrap();
    join_all((10..1_300).map(|number| store.record(named(two, number, &format!("wp-{number}")))))
        .await
        .into_iter()
        .for_each(Result::unwrap);
    for scope in [Scope::Default, Scope::Site(one), Scope::Site(two)] {
        store.activate(&promotion(scope, None, "2026-11-24-3f9c1a")).await.unwrap();
        store.set_shadow(scope, Some(&version("2026-11-24-aaaaaa"))).await.unwrap();
    }
    let moderator = Moderator {
        id: ModeratorId(Uuid::from_u128(1)),
        email: Email::parse("lea@example.org").unwrap(),
        name: Name::parse("Léa").unwrap(),
        locale: None,
        grants: Vec::new(),
        created_at: at(0),
        disabled_at: None,
    };
    let act = AuditAct::ModeratorAdded { moderator: "Léa".to_owned() };
    let line = |number| AuditLine {
        id: Uuid::from_u128(number),
        at: at(1),
        by: "host".to_owned(),
        site: (number > 1).then_some(one),
        act: act.clone(),
    };
    store.add_moderator(&moderator, &line(1)).await.unwrap();
    let grant = Grant { site: Some(one), role: Role::Moderator };
    store.set_role(moderator.id, grant, &line(3)).await.unwrap();
    let invitation = Invitation { digest: [9; 32], moderator: moderator.id, expires_at: at(9) };
    store.invite(&invitation, &line(2)).await.unwrap();
}

struct Place {
    folder: TempDir,
}

impl Place {
    /// A file `tamis.db` that is filled, and closed.
    async fn filled() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let store = place.open("tamis.db").await;
        fill(&*store).await;
        store.close().await.unwrap();
        place
    }

    async fn open(&self, name: &str) -> Arc<SqliteStore> {
        let path = self.folder.path().join(name);
        Arc::new(SqliteStore::open(&path.to_string_lossy(), sqlite::Options::default()).await.unwrap())
    }

    fn url(&self, name: &str) -> String {
        format!("sqlite:{}", self.folder.path().join(name).display())
    }

    async fn rows(&self, name: &str) -> BTreeMap<String, Vec<String>> {
        rows(&self.folder.path().join(name)).await
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_goes_to_postgresql_and_back_and_is_the_same() {
    let (place, database) = (Place::filled().await, Cluster::shared().database().await);
    let (file, back) = (place.url("tamis.db"), place.url("back.db"));
    let before = place.rows("tamis.db").await;
    for table in ["texts", "events", "answers", "shadow_verdicts", "activations", "roles", "invitations", "audit"] {
        assert!(!before[table].is_empty(), "{table} holds something to copy");
    }
    let (code, said) = copy(place.path(), &file, &database, &[]);
    assert!(code == Some(0) && said.contains("1293"), "{said}");
    assert_eq!(store(place.path(), &database, &["check"]).0, Some(0));
    let (code, said) = copy(place.path(), &database, &back, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(place.rows("back.db").await, before);
    assert_eq!(store(place.path(), &back, &["check"]).0, Some(0));

    let (code, said) = copy(place.path(), &file, &database, &[]);
    assert!(code == Some(2) && said.contains("the target holds rows already"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_site_goes_alone_beside_others() {
    let (place, database) = (Place::filled().await, Cluster::shared().database().await);
    let file = place.url("tamis.db");
    let before = place.rows("tamis.db").await;
    let (code, said) = copy(place.path(), &file, &database, &["--site", "journal-1", "--json"]);
    assert_eq!(code, Some(0), "{said}");
    let copied: Value = serde_json::from_str(&said).unwrap();
    let number =
        |table: &str| copied.as_array().unwrap().iter().find(|row| row["table"] == table).unwrap()["rows"].clone();
    let numbers = ["sites", "comments", "revisions", "activations", "audit"].map(number);
    assert_eq!(numbers, [1, 3, 4, 1, 2].map(|number| json!(number)));

    assert_eq!(copy(place.path(), &file, &database, &["--site", "journal-2"]).0, Some(0));
    let (code, said) = copy(place.path(), &file, &database, &["--site", "journal-2"]);
    assert!(code == Some(2) && said.contains("has a site `journal-2` already"), "{said}");
    let (code, said) = copy(place.path(), &file, &database, &["--site", "journal-3"]);
    assert!(code == Some(2) && said.contains("no site named `journal-3`"), "{said}");

    // Both together are what there was, but for what belongs to no one site.
    assert_eq!(copy(place.path(), &database, &place.url("back.db"), &[]).0, Some(0));
    let back = place.rows("back.db").await;
    for table in ["sites", "comments", "revisions", "texts", "events", "answers", "queue", "queue_counts"] {
        assert_eq!(back[table], before[table], "{table}");
    }
    assert!(back["moderators"].is_empty());

    // A store that has keys of its own would not know the copied digests again.
    let other = place.open("other.db").await;
    with_site(&*other, 9).await;
    other.sealed_key("content", &[7]).await.unwrap();
    other.close().await.unwrap();
    let (code, said) = copy(place.path(), &file, &place.url("other.db"), &["--site", "journal-1"]);
    assert!(code == Some(2) && said.contains("keys of its own"), "{said}");
}

/// `kill -9` in the middle, when the target already has rows that are not committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_cut_in_the_middle_leaves_the_target_as_it_was() {
    let (place, database) = (Place::filled().await, Cluster::shared().database().await);
    let file = place.url("tamis.db");
    assert_eq!(store(place.path(), &database, &["migrate"]).0, Some(0));
    // The copy stands still at its last table until it is killed.
    let mut other = connect(&database).await;
    let mut held = other.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE audit IN SHARE MODE").execute(&mut *held).await.unwrap();
    let mut copying = tamis();
    copying.args(["store", "copy", "--to", &database]).env("TAMIS_STORE__URL", &file).current_dir(place.path());
    let mut copying = copying.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let written = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = to_regclass('tamis.texts') \
        AND mode = 'RowExclusiveLock' AND granted)";
    let mut watcher = connect(&database).await;
    until("texts are written", async || sqlx::query_scalar(written).fetch_one(&mut watcher).await.unwrap()).await;
    copying.kill().unwrap();
    copying.wait().unwrap();
    held.rollback().await.unwrap();
    until("the server notices", async || {
        !sqlx::query_scalar::<_, bool>(written).fetch_one(&mut watcher).await.unwrap()
    })
    .await;
    for table in ["sites", "comments", "texts", "queue", "sealed_keys"] {
        let count = format!("SELECT count(*) FROM {table}");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut watcher).await.unwrap();
        assert_eq!(count, 0, "{table}");
    }
    let (code, said) = copy(place.path(), &file, &database, &[]);
    assert_eq!(code, Some(0), "and the next one finds nothing in its way: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_copied_under_a_running_server() {
    let server = Server::start();
    let (file, folder) =
        (format!("sqlite:{}", server.folder.path().join("tamis.db").display()), tempfile::tempdir().unwrap());
    let target = format!("sqlite:{}", folder.path().join("tamis.db").display());
    server.comment("Bonjour").await;
    let (code, said) = copy(folder.path(), &file, &target, &[]);
    assert!(code == Some(2) && said.contains("a server or a copy is at work on it; stop it first"), "{said}");
    assert_eq!(store(folder.path(), &file, &["check"]).0, Some(0), "but it can be looked at");
    assert_eq!(server.stop(), Some(0));

    let url = Cluster::shared().database().await;
    let server = Server::start_with(&[("TAMIS_STORE__URL", &url), ("TAMIS_PRIVACY__SECRET", "un secret")]);
    let (code, said) = copy(folder.path(), &url, &target, &[]);
    assert!(code == Some(2) && said.contains("a server or a copy is at work on it; stop it first"), "{said}");
    assert_eq!(server.stop(), Some(0));
    assert_eq!(copy(folder.path(), &url, &target, &[]).0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_store_serves_on_with_the_same_keys_and_answers() {
    let mut server = Server::start_with(&[("TAMIS_PRIVACY__SECRET", "un secret")]);
    let comment = json!({ "external_id": "wp-1", "body": "Merci pour cet article." });
    let (_, answer) = server.post("/v1/comments", comment.clone()).await;
    server.kill();
    let url = Cluster::shared().database().await;
    let (code, said) = copy(server.folder.path(), "sqlite:tamis.db", &url, &[]);
    assert_eq!(code, Some(0), "{said}");
    let moved = server.moved(&url);
    let (status, again) = moved.post("/v1/comments", comment).await;
    assert_eq!((status, &again["id"], &again["checked_at"]), (200, &answer["id"], &answer["checked_at"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_what_is_wrong_and_what_to_do() {
    let place = Place::filled().await;
    let file = place.url("tamis.db");
    let before = place.rows("tamis.db").await;
    assert_eq!(store(place.path(), &file, &["check"]).0, Some(0));
    let break_it = "PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = OFF; \
        UPDATE queue_counts SET number = number + 1 WHERE facet = 'all'; \
        UPDATE comments SET version = 7 WHERE external_id = 'wp-10'; \
        UPDATE revisions SET decision = '{}' WHERE comment = (SELECT id FROM comments WHERE external_id = 'wp-11'); \
        DELETE FROM revisions WHERE comment = (SELECT id FROM comments WHERE external_id = 'wp-12')";
    let mut broken = raw(&place.path().join("tamis.db")).await;
    sqlx::raw_sql(break_it).execute(&mut broken).await.unwrap();
    broken.close().await.unwrap();
    let (code, said) = store(place.path(), &file, &["check"]);
    assert_eq!(code, Some(1), "{said}");
    for words in [
        "counts of the queue disagree with it",
        "1 comments have more or fewer revisions than they count",
        "comments have another version than their revisions and events make",
        "texts: 1 rows without the row in revisions",
        "cannot be read: missing field",
        "restore the store from a backup",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_ne!(place.rows("tamis.db").await, before);

    let (code, said) = store(place.path(), &place.url("nowhere.db"), &["check", "--json"]);
    assert!(code == Some(1) && said.contains("there is no store there yet"), "{said}");
    assert!(!place.path().join("nowhere.db").exists(), "a check makes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_of_postgresql_what_it_would_lose_and_what_is_broken() {
    let (folder, url) = (tempfile::tempdir().unwrap(), Cluster::shared().database().await);
    let (code, said) = store(folder.path(), &url, &["migrate"]);
    assert!(code == Some(0) && said.contains("created"), "{said}");
    let filled = PostgresStore::open(&url, postgres::Options::default()).await.unwrap();
    let site = with_site(&filled, 1).await;
    filled.record(entry(site, 1)).await.unwrap();
    filled.close().await.unwrap();
    assert_eq!(store(folder.path(), &url, &["check"]).0, Some(0));
    let name = url.rsplit('/').next().unwrap();
    let break_it = format!(
        "ALTER DATABASE {name} SET synchronous_commit = off; ALTER TABLE revisions DISABLE TRIGGER ALL; \
         DELETE FROM revisions; UPDATE queue_counts SET number = 5"
    );
    let mut broken = connect(&url).await;
    sqlx::raw_sql(AssertSqlSafe(break_it)).execute(&mut broken).await.unwrap();
    let (code, said) = store(folder.path(), &url, &["check"]);
    assert_eq!(code, Some(1), "{said}");
    for words in [
        "runs with `synchronous_commit = off`",
        "triggers are switched off",
        "texts: 1 rows without the row in revisions",
        "counts of the queue disagree with it",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
