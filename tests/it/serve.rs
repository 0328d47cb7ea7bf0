//! The server over time: what is answered stays, rules change under it, Redis goes and comes.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::json;

use crate::support::redis::RedisServer;
use crate::support::server::{Server, signal, tamis, until};

#[test]
fn the_first_start_keeps_its_secrets_to_its_owner() {
    let server = Server::start();
    for name in ["tamis-keys.txt", "tamis.secret", "tamis.db"] {
        let mode = std::fs::metadata(server.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(server.log().iter().all(|line| !line.contains(&server.key)), "the log holds no key");
}

#[test]
fn a_server_that_says_it_listens_stops_when_it_is_told() {
    for _ in 0..10 {
        assert_eq!(Server::start().stop(), Some(0), "a signal in the moment after `listening` killed it");
    }
}

/// The kernel's own account: between the arrival of a comment and its answer, the store was synced to disk.
#[tokio::test]
async fn an_answer_is_sent_only_after_its_decision_is_on_disk() {
    const TIMES: usize = 3;
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-s", "256", "-e", "trace=read,recvfrom,fdatasync,fsync,write,writev,sendto,sendmsg", "-o"]);
    strace.arg(&trace).arg(tamis().get_program());
    let server = Server::start_under(strace, &[]);
    let before = std::fs::read_to_string(&trace).unwrap().lines().count();
    // Several: the first one's sync may be that of a new log, which is synced however little the store is careful.
    for number in 0..TIMES {
        server.comment(&format!("Un commentaire qui doit durer, le {number}.")).await;
    }

    let of_interest = |line: &&str| line.contains("POST /v1/comments") || answered(line) || synced(line);
    let mut events = Vec::new();
    until("the answers stand in the trace", async || {
        let text = std::fs::read_to_string(&trace).unwrap();
        events = text.lines().skip(before).filter(of_interest).map(str::to_owned).collect::<Vec<_>>();
        events.iter().filter(|line| answered(line)).count() == TIMES
    })
    .await;
    for calls in events.split_inclusive(|line| answered(line)).take(TIMES) {
        let arrival = calls.iter().position(|line| line.contains("POST /v1/comments")).expect("the arrival");
        assert!(calls[arrival..].iter().any(|line| synced(line)), "{events:#?}");
    }
}

fn answered(line: &str) -> bool {
    line.contains("HTTP/1.1 201")
}

/// `fdatasync(9) = 0`, or its second half where another thread came between.
fn synced(line: &str) -> bool {
    let sync = ["fdatasync(", "fsync(", "fdatasync resumed", "fsync resumed"].iter().any(|call| line.contains(call));
    sync && line.trim_end().ends_with("= 0")
}

#[tokio::test]
async fn with_redis_gone_the_service_goes_on_says_so_and_comes_back() {
    let mut redis = RedisServer::start();
    let server = Server::start_with(&[("TAMIS_LIMITS__REDIS_URL", &redis.url())]);
    let limits = async || server.get("/readyz").await.1["limits"].as_str().unwrap().to_owned();
    until("the limits are shared", async || limits().await == "shared").await;
    assert_eq!(server.comment("Avec Redis").await["degraded"], false);

    redis.kill();
    let answer = server.comment("Sans Redis").await;
    assert_eq!((&answer["degraded"], &answer["verdict"]), (&json!(true), &json!("approve")));
    let signals = answer["signals"].as_array().unwrap();
    assert!(signals.iter().any(|signal| signal["id"] == "limits.shared" && signal["ran"] == false), "{answer}");
    until("readiness says that Redis is away", async || limits().await.starts_with("away")).await;
    for number in 0..20 {
        server.comment(&format!("Encore {number}")).await;
    }
    let said = server.log().iter().filter(|line| line.contains("\"WARN\"") && line.contains("limits")).count();
    assert_eq!(said, 1, "once, not per comment: {:#?}", server.log());

    redis.restart();
    until("the limits are shared again", async || limits().await == "shared").await;
    assert_eq!(server.comment("Redis est revenu").await["degraded"], false);
}

#[tokio::test]
async fn rules_are_read_anew_when_they_change_and_wrong_ones_leave_the_old() {
    let rules = |word: &str| {
        format!(
            "[[rule]]\nid = \"test.word\"\nscore = 3.0\nwhen.words = [\"{word}\"]\nmessage.fr = \"Mot\"\nmessage.en = \"Word\"\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.toml");
    std::fs::write(&file, rules("girafe")).unwrap();
    let server = Server::start_with(&[("TAMIS_RULES__FILE", file.to_str().unwrap())]);
    let holds = async |body: &str| {
        let (_, answer) = server.post("/v1/check", json!({ "body": body })).await;
        answer["signals"].as_array().unwrap().iter().any(|signal| signal["id"] == "test.word")
    };
    assert!(holds("Une girafe.").await && !holds("Un zèbre.").await);

    std::fs::write(&file, rules("zèbre")).unwrap();
    until("the new rules count", async || holds("Un zèbre.").await && !holds("Une girafe.").await).await;

    std::fs::write(&file, "[[rule]]\nid = 1\n").unwrap();
    until("the log says what is wrong", async || server.log().iter().any(|line| line.contains("rules.toml:"))).await;
    assert!(holds("Un zèbre.").await, "the running rules stay");

    std::fs::write(&file, rules("okapi")).unwrap();
    signal(server.pid(), "HUP");
    until("the rules count after a hang-up", async || holds("Un okapi.").await).await;
}

#[tokio::test]
async fn a_second_server_on_the_same_port_says_what_to_do() {
    let server = Server::start();
    let address = server.url.trim_start_matches("http://");
    let folder = tempfile::tempdir().unwrap();
    let output = tamis().args(["serve", "--listen", address]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("cannot listen on") && told.contains("--listen"), "{told}");
}
