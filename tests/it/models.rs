//! Models: listed, added, promoted through the gate, rolled back, under a server that goes on answering.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tamis::adapters::registry::ObjectRegistry;
use tamis::adapters::sqlite::{Options, SqliteStore};
use tamis::domain::activation::{Activation, ModelVersion, Responsible, Scope};
use tamis::domain::classifier::Model;
use tamis::domain::decision::Thresholds;
use tamis::domain::rules::RuleSet;
use tamis::domain::sieve::Sieve;
use tamis::ports::registry::{Registry, RegistryError};
use tamis::ports::store::Store;
use tamis::service::Models;
use tamis::service::promote::{PromoteError, Promotion, promote};

use crate::cli::add_site;
use crate::support::command::{beside, run, run_with, text};
use crate::support::models::{Made, ODD, harsh, holding_odd, same, unshown};
use crate::support::server::{Server, until};

/// What the server says of [`ODD`]: verdict and model.
async fn odd(server: &Server) -> (String, String) {
    said_of(server, ODD).await
}

async fn said_of(server: &Server, body: &str) -> (String, String) {
    let (_, answer) = server.post("/v1/check", json!({ "body": body })).await;
    (answer["verdict"].as_str().unwrap().to_owned(), answer["model"].as_str().unwrap().to_owned())
}

fn built_in() -> String {
    Model::built_in().unwrap().version().to_owned()
}

/// Runs a command beside a server: its exit code and what it says.
fn asked(server: &Server, arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(server.folder.path(), arguments, "");
    (output.status.code(), text(&output.stdout) + text(&output.stderr).as_str())
}

#[tokio::test]
async fn a_registry_keeps_files_that_never_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/models");
    let registry = ObjectRegistry::open(path.to_str().unwrap()).unwrap();
    let version = ModelVersion::parse("2026-11-24-aaaaaa").unwrap();
    assert_eq!(registry.list().await.unwrap(), []);
    assert!(matches!(registry.read(&version).await, Err(RegistryError::NotFound { .. })));

    registry.write(&version, b"one".to_vec()).await.unwrap();
    assert!(matches!(registry.write(&version, b"two".to_vec()).await, Err(RegistryError::Taken { .. })));
    assert_eq!(registry.read(&version).await.unwrap(), b"one");
    std::fs::write(path.join("notes.txt"), "").unwrap();
    std::fs::write(path.join("Not A Version.tamis"), "").unwrap();
    assert_eq!(registry.list().await.unwrap(), [version]);
}

#[test]
fn a_registry_at_an_address_of_another_kind_is_refused() {
    let error = ObjectRegistry::open("ftp://models").unwrap_err().to_string();
    assert!(error.contains("ftp://models") && error.contains("s3://"), "{error}");
}

/// Clients that never stop, while a model is promoted and rolled back: no call fails, and the verdicts change.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn promotions_and_rollbacks_under_load_fail_no_request() {
    let server = Server::start_with(&[("TAMIS_LIMITS__SITE", "off")]);
    let model = holding_odd(1);
    model.put(server.folder.path());
    assert_eq!(odd(&server).await, ("approve".to_owned(), built_in()));

    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> =
        (0..4).map(|_| tokio::spawn(load(&server, Arc::clone(&stop), Arc::clone(&answered)))).collect();
    for _ in 0..2 {
        let promoted = beside(&server, &["models", "promote", &model.version, "--json"]);
        assert_eq!((&promoted["promoted"], &promoted["active"]), (&json!(true), &json!(built_in())));
        let before = answered.load(Ordering::Relaxed);
        until("the promotion counts", async || odd(&server).await == ("hold".to_owned(), model.version.clone())).await;
        until("the load goes on", async || answered.load(Ordering::Relaxed) > before + 20).await;
        let back = beside(&server, &["models", "rollback", "--json"]);
        assert_eq!(back["version"], json!(built_in()));
        until("the rollback counts", async || odd(&server).await == ("approve".to_owned(), built_in())).await;
    }
    stop.store(true, Ordering::Relaxed);
    let mut verdicts = std::collections::BTreeSet::new();
    for client in clients {
        for (status, verdict) in client.await.unwrap() {
            assert_eq!(status, 201);
            verdicts.insert(verdict);
        }
    }
    assert_eq!(verdicts.into_iter().collect::<Vec<_>>(), ["approve", "hold"], "both models were seen at work");
}

/// Sends [`ODD`] again and again: statuses and verdicts.
fn load(
    server: &Server,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
) -> impl Future<Output = Vec<(u16, String)>> + use<> {
    let request = server.request(Method::POST, "/v1/comments");
    async move {
        let mut answers = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let response = request.try_clone().unwrap().json(&json!({ "body": ODD })).send().await.unwrap();
            let status = response.status().as_u16();
            let answer: Value = response.json().await.unwrap();
            answers.push((status, answer["verdict"].as_str().unwrap_or_default().to_owned()));
            answered.fetch_add(1, Ordering::Relaxed);
        }
        answers
    }
}

#[tokio::test]
async fn a_model_of_its_own_decides_on_one_site_alone() {
    let server = Server::start();
    let model = holding_odd(2);
    model.put(server.folder.path());
    let other = add_site(&server, "autre");
    beside(&server, &["models", "promote", &model.version, "--site", "autre", "--json"]);
    let on_other = async || {
        let request = server.request_as(&other, Method::POST, "/v1/check").json(&json!({ "body": ODD }));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["verdict"].as_str().unwrap_or_default().to_owned()
    };
    until("the other site has its own", async || on_other().await == "hold").await;
    assert_eq!(odd(&server).await, ("approve".to_owned(), built_in()));

    let checked = run(server.folder.path(), &["check", "--site", "autre"], &json!({ "body": ODD }).to_string());
    let checked: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(checked["model"], json!(model.version));
    beside(&server, &["models", "rollback", "--site", "autre", "--json"]);
    until("it follows the default again", async || on_other().await == "approve").await;
}

#[tokio::test]
async fn the_gate_refuses_a_model_that_holds_good_comments_and_force_is_recorded() {
    let server = Server::start();
    let model = harsh(1);
    model.put(server.folder.path());
    let (code, said) = asked(&server, &["models", "promote", &model.version]);
    assert_eq!(code, Some(1), "{said}");
    for words in ["good comments of the built-in gold are held or rejected", "Nothing was changed", "worse, ham"] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(beside(&server, &["models", "list", "--json"])["active"], json!([]));

    let (code, said) = asked(&server, &["models", "promote", &model.version, "--force", "--by", "Léa"]);
    assert!(code == Some(0) && said.contains("Promoted against"), "{said}");
    let good = "Merci pour cet article très clair sur le budget de la ville.";
    let held = ("hold".to_owned(), model.version.clone());
    until("it decides", async || said_of(&server, good).await == held).await;
    let change = &beside(&server, &["models", "list", "--json"])["history"][0];
    assert_eq!((&change["by"], &change["version"]), (&json!("Léa"), &json!(model.version)));
    assert!(change["overrides"][0].as_str().unwrap().contains("good comments"), "{change}");
    assert!(asked(&server, &["models", "list"]).1.contains("overriding: "));
}

#[test]
fn the_gate_refuses_what_was_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let model = unshown(1);
    model.put(folder.path());
    let output = run(folder.path(), &["models", "promote", &model.version], "");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("its spam head may reject comments in `fr`") && said.contains("2843 more"), "{said}");
}

#[test]
fn the_operators_own_examples_count_too() {
    let folder = tempfile::tempdir().unwrap();
    let model = holding_odd(3);
    model.put(folder.path());
    let gold = json!({ "text": ODD, "label": "ham", "lang": "fr" }).to_string();
    std::fs::write(folder.path().join("gold.jsonl"), format!("{gold}\n\n")).unwrap();
    let promote = ["models", "promote", &model.version, "--gold", "gold.jsonl"];
    let output = run(folder.path(), &promote, "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("1 of 1 good comments of the own gold"), "{}", text(&output.stdout));

    std::fs::write(folder.path().join("gold.jsonl"), "\n{\"text\": 1}\n").unwrap();
    let output = run(folder.path(), &promote, "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("gold.jsonl:2: "), "{}", text(&output.stderr));
    assert!(run(folder.path(), &["models", "promote", &model.version], "").status.success());
}

/// A registry in which another operator promotes a model while the first reads theirs.
struct Interrupted {
    registry: ObjectRegistry,
    store: Arc<SqliteStore>,
    other: Activation,
}

#[async_trait::async_trait]
impl Registry for Interrupted {
    fn place(&self) -> String {
        self.registry.place()
    }

    async fn list(&self) -> Result<Vec<ModelVersion>, RegistryError> {
        self.registry.list().await
    }

    async fn read(&self, version: &ModelVersion) -> Result<Vec<u8>, RegistryError> {
        self.store.activate(&self.other).await.unwrap();
        self.registry.read(version).await
    }

    async fn write(&self, version: &ModelVersion, bytes: Vec<u8>) -> Result<(), RegistryError> {
        self.registry.write(version, bytes).await
    }
}

#[tokio::test]
async fn of_two_promotions_at_once_the_second_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = same(10);
    model.put(folder.path());
    let store = folder.path().join("tamis.db");
    let store = Arc::new(SqliteStore::open(store.to_str().unwrap(), Options::default()).await.unwrap());
    let version = |name: &str| ModelVersion::parse(name).unwrap();
    let at = jiff::Timestamp::UNIX_EPOCH;
    let who = Responsible { by: "léa".to_owned(), at, overrides: Vec::new() };
    let other = Activation::promotion(Scope::Default, None, version("first"), who);
    let registry = ObjectRegistry::open(folder.path().join("models").to_str().unwrap()).unwrap();
    let registry = Interrupted { registry, store: Arc::clone(&store), other: other.clone() };
    let models = Models::new(Arc::new(registry), Model::built_in().unwrap());
    let base = Sieve {
        rules: Arc::new(RuleSet::built_in().unwrap()),
        model: Arc::clone(models.built_in()),
        shadow: None,
        thresholds: Thresholds::default(),
    };
    let promotion =
        Promotion { scope: Scope::Default, version: version(&model.version), force: false, by: "max".to_owned(), at };
    let error = promote(&models, store.as_ref(), &base, &[], promotion).await.unwrap_err();
    assert!(matches!(error, PromoteError::Contended), "{error}");
    assert_eq!(store.activations(Scope::Default).await.unwrap(), [other]);
}

#[tokio::test]
async fn a_model_that_cannot_be_used_leaves_the_running_one_and_readiness_says_so() {
    let server = Server::start();
    let (good, bad) = (holding_odd(4), same(4));
    good.put(server.folder.path());
    beside(&server, &["models", "promote", &good.version, "--json"]);
    until("the first decides", async || odd(&server).await.1 == good.version).await;

    // Damaged after it was promoted: while it is whole, the command checks it.
    bad.put(server.folder.path());
    let server = {
        let file = server.folder.path().join(format!("models/{}.tamis", bad.version));
        let whole = std::fs::read(&file).unwrap();
        beside(&server, &["models", "promote", &bad.version, "--json"]);
        until("the second decides", async || odd(&server).await.1 == bad.version).await;
        let mut damaged = whole;
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        std::fs::write(&file, damaged).unwrap();
        server.restart()
    };
    let (status, ready) = server.get("/readyz").await;
    let problem = ready["model_problems"][0].as_str().unwrap();
    assert_eq!((status, &ready["model"]), (200, &json!(built_in())), "what a new server has is built in");
    assert!(problem.contains(&bad.version) && problem.contains("checksum"), "{problem}");
    let logged = async || server.log().iter().any(|line| line.contains("a model cannot be used"));
    until("it is logged", logged).await;

    let (code, said) = asked(&server, &["models", "promote", &bad.version]);
    assert!(code == Some(2) && said.contains("checksum") && said.contains("nothing was changed"), "{said}");
    assert!(asked(&server, &["models", "list"]).1.contains("CANNOT BE USED"));
    beside(&server, &["models", "rollback", "--json"]);
    until("the first decides again", async || odd(&server).await.1 == good.version).await;
    assert_eq!(server.get("/readyz").await.1.get("model_problems"), None);
}

#[test]
fn a_newer_format_a_wrong_name_and_what_is_no_model_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let model = same(5);
    let mut newer = model.bytes.clone();
    newer[8] = 99;
    let wrong = ["2026-01-01-newer0", "2026-01-01-names0", "2026-01-01-noise0"];
    for (version, bytes) in wrong.iter().zip([newer, model.bytes.clone(), b"noise".to_vec()]) {
        Made { version: (*version).to_owned(), bytes }.put(folder.path());
    }
    let said = |version: &str| text(&run(folder.path(), &["models", "show", version], "").stderr);
    assert!(said(wrong[0]).contains("format 99"), "{}", said(wrong[0]));
    assert!(said(wrong[1]).contains(&format!("holds model {}", model.version)), "{}", said(wrong[1]));
    assert!(said(wrong[2]).contains("not a Tamis model file"), "{}", said(wrong[2]));
    assert!(said("2026-01-01-absent").contains("there is no model"), "{}", said("2026-01-01-absent"));
    assert!(said("../etc").contains("no version of a model"), "{}", said("../etc"));
}

#[test]
fn a_model_is_added_once_it_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let model = same(6);
    std::fs::write(folder.path().join("trained"), &model.bytes).unwrap();
    let add = |file: &str| run(folder.path(), &["models", "add", file, "--json"], "");
    let added: Value = serde_json::from_slice(&add("trained").stdout).unwrap();
    assert_eq!(added, json!({ "version": model.version, "registry": "models" }));
    let again = add("trained");
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("a version never changes"), "{}", text(&again.stderr));
    std::fs::write(folder.path().join("cut"), &model.bytes[..5_000]).unwrap();
    assert!(text(&add("cut").stderr).contains("cut was not added: "));
}

/// The loop of an operator: train, look, promote.
#[test]
fn a_trained_model_is_a_candidate_in_the_registry() {
    let folder = tempfile::tempdir().unwrap();
    let lines = (0..60).map(|number| {
        let (text, label) = match number % 2 {
            0 => (format!("le conseil a voté le budget numéro {number}"), "ham"),
            _ => (format!("gagnez au casino numéro {number}"), "spam"),
        };
        json!({ "text": text, "label": label, "lang": "fr", "source": "site" }).to_string()
    });
    std::fs::write(folder.path().join("site.jsonl"), lines.collect::<Vec<_>>().join("\n") + "\n").unwrap();
    let trained = run(folder.path(), &["train", "site.jsonl", "--json"], "");
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    let trained: Value = serde_json::from_slice(&trained.stdout).unwrap();
    let version = trained["version"].as_str().unwrap();
    assert_eq!(trained["file"], json!("models"));
    assert!(folder.path().join(format!("models/{version}.tamis")).exists());
    let diff = run(folder.path(), &["models", "diff", &built_in(), version], "");
    assert!(text(&diff.stdout).contains("What speaks for spam most differently"), "{}", text(&diff.stdout));
}

#[test]
fn a_rollback_goes_back_one_promotion_at_a_time_to_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let models = [same(7), same(8)];
    for model in &models {
        model.put(folder.path());
        assert!(run(folder.path(), &["models", "promote", &model.version], "").status.success());
    }
    let back = || run(folder.path(), &["models", "rollback", "--json"], "");
    let version = |output: &[u8]| serde_json::from_slice::<Value>(output).unwrap()["version"].clone();
    assert_eq!(version(&back().stdout), json!(models[0].version));
    assert_eq!(version(&back().stdout), json!(built_in()));
    let nothing = back();
    assert_eq!(nothing.status.code(), Some(1));
    assert!(text(&nothing.stdout).contains("nothing to go back to"));
}

#[test]
fn a_model_is_shown_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let shown = text(&run(folder.path(), &["models", "show", &built_in()], "").stdout);
    for words in ["examples", "may reject", "more good ones needed", "others"] {
        assert!(shown.contains(words), "{shown}");
    }
    let list = text(&run(folder.path(), &["models", "list"], "").stdout);
    assert!(list.contains(&built_in()) && list.contains("(built in)"), "{list}");
}

#[test]
fn two_models_are_compared_on_gold_and_by_their_words() {
    let folder = tempfile::tempdir().unwrap();
    let model = harsh(2);
    model.put(folder.path());
    let output = run(folder.path(), &["models", "diff", &built_in(), &model.version], "");
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}");
    for words in ["first:", "good comments", "The gate would not let", "worse, ham"] {
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn a_shadow_scores_live_comments_for_the_record_and_its_disagreements_are_shown() {
    let server = Server::start();
    let model = holding_odd(9);
    model.put(server.folder.path());
    beside(&server, &["models", "shadow", &model.version, "--json"]);
    until("the shadow is at work", async || {
        let answer = server.comment(ODD).await;
        assert_eq!((&answer["verdict"], &answer["model"]), (&json!("approve"), &json!(built_in())));
        beside(&server, &["models", "diff", "--shadow", "--json"])["scored"].as_u64().unwrap() > 0
    })
    .await;
    server.comment("Merci pour cet article.").await;
    let diff = beside(&server, &["models", "diff", "--shadow", "--json"]);
    let first = &diff["disagreements"][0];
    assert_eq!((&first["text"], &first["given"]["verdict"]), (&json!(ODD), &json!("approve")));
    assert_eq!((&first["candidate"]["verdict"], &diff["agreed"]), (&json!("hold"), &json!(1)));
    let (code, said) = asked(&server, &["models", "diff", "--shadow"]);
    assert!(code == Some(0) && said.contains("zorglub") && said.contains("approve → hold"), "{said}");

    beside(&server, &["models", "shadow", "--off", "--json"]);
    let (code, said) = asked(&server, &["models", "diff", "--shadow"]);
    assert!(code == Some(2) && said.contains("no candidate scores"), "{said}");
}

/// The registry in a real S3 store: added, listed, promoted on a running server, never overwritten.
#[cfg(feature = "s3")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_may_be_an_s3_store() {
    let s3 = crate::support::s3::S3Server::start().await;
    let settings = s3.settings(None);
    let server = Server::start_with(&settings);
    let model = holding_odd(30);
    std::fs::write(server.folder.path().join("trained"), &model.bytes).unwrap();
    let command = |arguments: &[&str]| {
        let output = run_with(&settings, server.folder.path(), arguments, "");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(command(&["models", "add", "trained"]).0, Some(0), "{:?}", command(&["models", "list"]));
    let (code, _, said) = command(&["models", "add", "trained"]);
    assert!(code == Some(2) && said.contains("a version never changes"), "{said}");
    let (_, list, _) = command(&["models", "list"]);
    assert!(list.contains(&model.version) && list.contains("s3://archive/models/site"), "{list}");
    assert_eq!(command(&["models", "promote", &model.version]).0, Some(0));
    until("the server has it from there", async || odd(&server).await == ("hold".to_owned(), model.version.clone()))
        .await;
    assert!(command(&["models", "show", "2026-01-01-absent"]).2.contains("there is no model"));

    let refused = run_with(&s3.settings(Some("faux")), server.folder.path(), &["models", "list"], "");
    let said = text(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("s3://archive/models/site cannot be used"), "{said}");
    assert!(!said.contains("faux"), "{said}");
}
