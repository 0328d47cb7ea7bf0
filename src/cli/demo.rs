//! `tamis demo`: a server on a temporary store, a dozen comments through its HTTP API, and what came of them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use comfy_table::{ContentArrangement, Table};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::site::LocaleArg;
use super::{CliError, Outcome, serve, wiring};
use crate::config::{Config, SecretSource, StoreUrl};
use crate::domain::site::Locale;
use crate::service::sites;

#[derive(Debug, Args)]
pub struct Demo {
    /// Address and port of the server
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The language of the reasons
    #[arg(long, value_enum, default_value = "fr")]
    locale: LocaleArg,
    /// Stop once the verdicts are shown
    #[arg(long)]
    once: bool,
}

/// The comments, in the form of the API's request.
const COMMENTS: &str = include_str!("demo.jsonl");

/// A folder that goes when the demo ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed stays in the system's temporary folder, which is cleared anyway.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Demo {
    /// Runs on the defaults, whatever is configured: a demo must not touch a real store.
    pub fn run(self) -> Result<Outcome, CliError> {
        super::runtime()?.block_on(self.show())
    }

    async fn show(self) -> Result<Outcome, CliError> {
        let folder = temporary_folder()?;
        let mut config = Config::defaults()?;
        config.store = StoreUrl::Sqlite(folder.0.join("tamis.db"));
        config.secret = SecretSource::Made(folder.0.join("tamis.secret"));
        let foundation = wiring::foundation(&config).await?;
        let listener = serve::bind(self.listen)?;
        let address = listener.local_addr().map_err(|error| CliError::new(error.to_string()))?;
        let url = format!("http://{address}");
        let key = add_site(&foundation, &url, self.locale.into()).await?;
        let running = serve::start(&config, &foundation, listener).await?;

        // The server runs on threads of its own; it answers while this task asks.
        let running = tokio::spawn(running.until_stopped());
        super::print(&verdicts(&url, &key).await?.to_string())?;
        super::print(&format!("The server stays up at {url} until Ctrl-C. Its key: {key}\n{}", curl(&url, &key)))?;
        if self.once {
            running.abort();
        } else {
            running.await.map_err(|error| CliError::new(error.to_string()))??;
        }
        foundation.store.close().await?;
        Ok(Outcome::Done)
    }
}

fn temporary_folder() -> Result<Folder, CliError> {
    let path = std::env::temp_dir().join(format!("tamis-demo-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&path)
        .map_err(|error| CliError::new(format!("no temporary folder at {}: {error}", path.display())))?;
    Ok(Folder(path))
}

async fn add_site(foundation: &wiring::Foundation, url: &str, locale: Locale) -> Result<String, CliError> {
    let wiring::Foundation { store, keys, clock, random, .. } = foundation;
    let (name, url) = ("demo".to_owned(), url.to_owned());
    let (site, site_keys) = sites::new_site(name, url, locale, &keys.sealing, clock.as_ref(), random.as_ref());
    store.add_site(&site).await?;
    Ok(site_keys.key.expose_secret().to_owned())
}

async fn verdicts(url: &str, key: &str) -> Result<Table, CliError> {
    let client = super::loopback_client().build().map_err(failed)?;
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(["comment", "verdict", "score", "reasons"]);
    for line in COMMENTS.lines() {
        let request = client.post(format!("{url}/v1/comments")).bearer_auth(key);
        let answer = request.header("Content-Type", "application/json").body(line).send().await.map_err(failed)?;
        let answer: Value = answer.json().await.map_err(failed)?;
        table.add_row(row(line, &answer));
    }
    Ok(table)
}

fn failed(error: reqwest::Error) -> CliError {
    CliError::new(format!("the demo's own server did not answer: {error}"))
}

fn row(line: &str, answer: &Value) -> [String; 4] {
    let request: Value = serde_json::from_str(line).unwrap_or_default();
    let body: String = request["body"].as_str().unwrap_or_default().chars().take(120).collect();
    let reasons: Vec<String> = answer["signals"].as_array().into_iter().flatten().map(reason).collect();
    let verdict = answer["verdict"].as_str().unwrap_or_default().to_owned();
    [body, verdict, format!("{:+.1}", answer["score"].as_f64().unwrap_or_default()), reasons.join("\n")]
}

/// `+1.5 Deux liens`, or the floor that the signal sets.
fn reason(signal: &Value) -> String {
    let message = signal["message"].as_str().unwrap_or_default();
    match signal["floor"].as_str() {
        Some(floor) => format!("{floor}: {message}"),
        None => format!("{:+.1} {message}", signal["score"].as_f64().unwrap_or_default()),
    }
}

fn curl(url: &str, key: &str) -> String {
    format!(
        "curl -s {url}/v1/check -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \
         -d '{{\"body\": \"Merci pour cette enquête.\"}}'"
    )
}

#[cfg(test)]
mod tests {
    use super::COMMENTS;
    use crate::domain::comment::{Comment, Draft};

    #[test]
    fn every_comment_of_the_demo_is_a_request() {
        assert!(COMMENTS.lines().count() >= 12);
        for line in COMMENTS.lines() {
            Comment::parse(serde_json::from_str::<Draft>(line).unwrap()).unwrap();
        }
    }
}
