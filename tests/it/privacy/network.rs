//! In its default configuration the server calls nobody.

use std::process::Command;

use reqwest::Method;
use serde_json::json;

use crate::support::server::{Server, tamis, unconfigured};

/// The kernel's own account of every connection that the server asks for.
#[tokio::test]
async fn a_server_asks_for_no_connection() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-e", "trace=socket,connect,bind,sendto,sendmsg,sendmmsg", "-o"]).arg(&trace);
    strace.arg(tamis().get_program());
    let mut server = Server::start_under(strace, &[]);
    let comment = json!({
        "body": "Voyez https://exemple.fr/ et http://bit.ly/gagnant, merci !",
        "author": { "name": "Zoé", "email": "zoe@exemple.fr", "url": "https://zoe.example/", "ip": "203.0.113.7" },
        "page": { "url": "https://journal.example/page" }
    });
    let (status, answer) = server.post("/v1/comments", comment).await;
    assert_eq!(status, 201, "{answer}");
    let path = format!("/v1/comments/{}", answer["id"].as_str().unwrap());
    assert_eq!(server.post(&format!("{path}/resolution"), json!({ "status": "rejected" })).await.0, 200);
    assert_eq!(server.get("/readyz").await.0, 200);
    assert_eq!(server.request(Method::DELETE, &path).send().await.unwrap().status(), 200);
    server.kill();

    let trace = std::fs::read_to_string(&trace).unwrap();
    assert!(trace.contains("bind(") && trace.contains("AF_INET"), "the trace sees the server's own socket");
    let outbound = |line: &&str| {
        let datagram = line.contains("SOCK_DGRAM") && line.contains("AF_INET");
        datagram || (line.contains("connect(") && line.contains("AF_INET"))
    };
    let asked: Vec<_> = trace.lines().filter(outbound).collect();
    assert!(asked.is_empty(), "{asked:#?}");
}

/// Where there is no network at all but the machine's own loopback, everything works.
#[test]
fn a_server_works_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net", "sh", "-c"]);
    command.arg("ip link set lo up && ! ip route get 192.0.2.1 && exec \"$@\"");
    command.arg("sh").arg(tamis().get_program()).args(["demo", "--once"]).current_dir(folder.path());
    unconfigured(&mut command);
    let output = command.output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("reject"), "{told}");
}
