//! Encrypted ways to PostgreSQL and Redis, with certificates of an authority that the system does not know.

use serde_json::json;
use sqlx::Row;

use crate::support::authority::Authority;
use crate::support::command::{run_with, text};
use crate::support::port::free_port;
use crate::support::postgres::{Cluster, connect};
use crate::support::redis::RedisServer;
use crate::support::server::{Server, until};

const SECRET: (&str, &str) = ("TAMIS_PRIVACY__SECRET", "un secret que les serveurs partagent");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_is_reached_over_tls_and_its_certificate_is_checked() {
    let (cluster, authority) = (Cluster::start(), Authority::new());
    cluster.serve_tls(&authority).await;
    let trusting = format!("sslmode=verify-full&sslrootcert={}", authority.certificate().display());

    for wanted in ["sslmode=require", trusting.as_str()] {
        let plain = cluster.database().await;
        let url = format!("{plain}?{wanted}");
        let server = Server::start_with(&[("TAMIS_STORE__URL", &url), SECRET]);
        server.comment("Un commentaire chiffré en chemin.").await;
        let connections =
            "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'tamis'";
        let rows = sqlx::query(connections).fetch_all(&mut connect(&plain).await).await.unwrap();
        assert!(rows.len() >= 2 && rows.iter().all(|row| row.get(0)), "{wanted}: some of {} are not", rows.len());
    }
    let folder = tempfile::tempdir().unwrap();
    let plain = cluster.database().await;
    let unknown = format!("{plain}?sslmode=verify-full");
    let misnamed = format!("{plain}?{trusting}").replace("127.0.0.1", "localhost");
    for refused in [unknown, misnamed] {
        let settings = [("TAMIS_STORE__URL", refused.as_str()), SECRET];
        let output = run_with(&settings, folder.path(), &["site", "list"], "");
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("sslrootcert"), "{refused}: {said}");
    }
}

/// From now on Redis takes encrypted connections too: on which port.
fn serve_tls(redis: &RedisServer, authority: &Authority) -> u16 {
    let [key, certificate] = authority.issue(authority.folder.path());
    let root = authority.certificate();
    let free = free_port();
    for (name, value) in [
        ("tls-key-file", key.to_str().unwrap()),
        ("tls-cert-file", certificate.to_str().unwrap()),
        ("tls-ca-cert-file", root.to_str().unwrap()),
        ("tls-auth-clients", "no"),
        ("tls-port", &free.to_string()),
    ] {
        redis.command::<()>(&["CONFIG", "SET", name, value]).expect("redis-server knows TLS");
    }
    free
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_reached_over_tls_and_its_certificate_is_checked() {
    let (redis, authority) = (RedisServer::start(), Authority::new());
    let url = format!("rediss://127.0.0.1:{}", serve_tls(&redis, &authority));
    let root = authority.certificate();
    let limits = async |server: &Server| server.get("/readyz").await.1["limits"].as_str().unwrap().to_owned();

    let trusting = [("TAMIS_LIMITS__REDIS_URL", url.as_str()), ("SSL_CERT_FILE", root.to_str().unwrap())];
    let server = Server::start_with(&trusting);
    until("the limits are shared", async || limits(&server).await == "shared").await;
    assert_eq!(server.comment("Avec Redis").await["degraded"], false);

    let server = Server::start_with(&trusting[..1]);
    assert_eq!(server.comment("Sans Redis").await["degraded"], json!(true));
    let said = limits(&server).await;
    assert!(said.starts_with("away"), "who does not know the authority trusts nobody: {said}");
    let log = server.log().join("\n");
    assert!(log.contains("SSL_CERT_FILE") || log.contains("certificate"), "{log}");
}
