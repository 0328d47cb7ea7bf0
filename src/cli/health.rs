//! `tamis health`: asks the running server, for Docker and for people.

use std::path::Path;
use std::time::Duration;

use clap::Args;

use super::{CliError, Outcome};
use crate::config::Config;

#[derive(Debug, Args)]
pub struct Health {
    /// The server's address [default: the configured one]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// How long a healthy server may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

impl Health {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let url = match self.url {
            Some(url) => url,
            None => format!("http://{}", reachable(Config::load(config)?.listen)),
        };
        super::runtime()?.block_on(ask(&url))
    }
}

/// A server that listens on every address answers on the loopback.
fn reachable(mut listen: std::net::SocketAddr) -> std::net::SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(if listen.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    listen
}

async fn ask(url: &str) -> Result<Outcome, CliError> {
    let address = format!("{}/readyz", url.trim_end_matches('/'));
    let client = super::loopback_client().timeout(PATIENCE).build();
    let answer = match client {
        Ok(client) => client.get(&address).send().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => {
            let ready = answer.status().is_success();
            super::print(&answer.text().await.unwrap_or_default())?;
            Ok(if ready { Outcome::Done } else { Outcome::No })
        }
        Err(_) => {
            super::print(&format!("no answer from {address}"))?;
            Ok(Outcome::No)
        }
    }
}
