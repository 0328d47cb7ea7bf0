//! `tamis serve`: the HTTP server, and what goes on beside it.

use std::io::IsTerminal;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use secrecy::ExposeSecret;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::wiring::{self, Foundation};
use super::{CliError, Outcome};
use crate::adapters::rules_folder::RulesFolder;
use crate::config::Config;
use crate::domain::moderator::{Email, Grant, Name, Role};
use crate::domain::retention::Retention;
use crate::domain::site::{Locale, Site};
use crate::http::forwarded::TrustedProxies;
use crate::http::server::{self, Shared};
use crate::ports::clock::Clock;
use crate::ports::store::{Database, StoreError};
use crate::service::accounts::FreshInvitation;
use crate::service::bulletins::{self, Mailing};
use crate::service::moderate::FIRST_ANSWERS_LAST;
use crate::service::retention::Walk;
use crate::service::sites::{self, SiteKeys, Sites};
use crate::telemetry;

#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port [default: the configured ones]; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// How often sites, models and rules are looked at anew: a change counts within two seconds.
const REFRESH: Duration = Duration::from_secs(1);
/// How often expired idempotency keys are dropped, and how many at once.
const SWEEP: Duration = Duration::from_secs(60);
/// How often the counts of the queue are brought into their shortest form.
const TIDY: Duration = Duration::from_secs(10);
/// How often bulletins that are due are looked for.
const BULLETINS: Duration = Duration::from_secs(5);
const SWEPT_AT_ONCE: u32 = 1_000;
/// How often all texts are looked at, unless a tenth of the shortest period is less, and the pause between two steps.
const WALK: Duration = Duration::from_secs(3_600);
const BETWEEN_STEPS: Duration = Duration::from_millis(50);

impl Serve {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let mut config = Config::load(config)?;
        config.listen = self.listen.unwrap_or(config.listen);
        telemetry::start(&config).map_err(|error| CliError::new(format!("log.level: {error}")))?;
        super::runtime()?.block_on(serve(&config))
    }
}

async fn serve(config: &Config) -> Result<Outcome, CliError> {
    let foundation = wiring::server_foundation(config).await?;
    let listener = bind(config.listen)?;
    let address = listener.local_addr().map_err(|error| CliError::new(error.to_string()))?;
    if foundation.store.sites().await?.is_empty()
        && let Some((site, keys)) = first_site(&foundation, address).await?
    {
        let invitation = first_moderator(&foundation, &site).await?;
        announce(&welcome(&site, &keys, address, &invitation, config), &site, config)?;
    }
    let running = start(config, &foundation, listener).await?;
    tracing::info!(%address, "listening");
    running.until_stopped().await?;
    foundation.store.close().await?;
    tracing::info!("stopped");
    Ok(Outcome::Done)
}

/// A server at work, and what goes on beside it.
pub struct Running {
    server: server::Server,
    beside: tokio::task::JoinSet<()>,
}

pub fn bind(listen: SocketAddr) -> Result<TcpListener, CliError> {
    TcpListener::bind(listen).map_err(|error| {
        CliError::new(format!("cannot listen on {listen}: {error}"))
            .hinted("another process may hold the port; `server.listen` or --listen chooses another, port 0 a free one")
    })
}

/// Starts answering on the listener.
pub async fn start(config: &Config, foundation: &Foundation, listener: TcpListener) -> Result<Running, CliError> {
    let service = wiring::service(config, foundation).await?;
    let sessions = wiring::sessions(config, foundation, &service)?;
    let (max_body, public_url) = (config.max_body, config.public_url.clone());
    let proxies = TrustedProxies(config.trusted_proxies.clone());
    let notifications = wiring::notifications(config, foundation)?;
    let sites = Sites::default();
    let shared = Arc::new(Shared { service, sites, sessions, notifications, public_url, proxies, max_body });
    shared.sites.refresh(foundation.store.as_ref()).await?;
    shared.service.models.refresh(foundation.store.as_ref(), &shared.service.sieves).await?;

    let mut beside = tokio::task::JoinSet::new();
    beside.spawn(keep_sites_fresh(Arc::clone(&shared)));
    beside.spawn(keep_models_fresh(Arc::clone(&shared)));
    beside.spawn(forget_answers(Arc::clone(&shared)));
    beside.spawn(forget_accounts(Arc::clone(&shared)));
    beside.spawn(tidy_queue(Arc::clone(&shared)));
    beside.spawn(end_texts(foundation.store.clone(), foundation.clock.clone(), config.retention));
    if let Some(mailing) = shared.notifications.mailing.clone() {
        beside.spawn(send_bulletins(Arc::clone(&shared), mailing));
    }
    if let Some(folder) = wiring::rules_folder(config) {
        beside.spawn(keep_rules_fresh(Arc::clone(&shared), folder, caught(SignalKind::hangup())?));
    }
    let stopped = told_to_stop()?;
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let server = server::serve(listener, shared, workers, stopped).map_err(|error| CliError::new(error.to_string()))?;
    Ok(Running { server, beside })
}

impl Running {
    /// Until SIGINT or SIGTERM; requests in flight are finished.
    pub async fn until_stopped(mut self) -> Result<(), CliError> {
        let stopped = self.server.await.map_err(|error| CliError::new(format!("the server failed: {error}")));
        self.beside.shutdown().await;
        stopped
    }
}

/// Completes at SIGINT or SIGTERM. Both are caught as soon as this returns: one that comes before the server has begun
/// to wait for it is not lost, and does not kill the process amid its answers.
fn told_to_stop() -> Result<impl Future<Output = ()> + Send + 'static, CliError> {
    let (mut interrupt, mut terminate) = (caught(SignalKind::interrupt())?, caught(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn caught(kind: SignalKind) -> Result<Signal, CliError> {
    signal(kind).map_err(|error| CliError::new(format!("signals cannot be caught: {error}")))
}

/// `None` when another replica, started at the same time, was quicker.
async fn first_site(foundation: &Foundation, address: SocketAddr) -> Result<Option<(Site, SiteKeys)>, CliError> {
    let Foundation { store, keys, clock, random, .. } = foundation;
    let (name, url) = ("default".to_owned(), format!("http://{address}"));
    let (site, site_keys) =
        sites::new_site(name, url, Locale::default(), &keys.sealing, clock.as_ref(), random.as_ref());
    match store.add_site(&site).await {
        Err(StoreError::Conflict) => Ok(None),
        added => Ok(Some(added.map(|()| (site, site_keys))?)),
    }
}

/// Who installs Tamis can look at the page at once: an operator of every site, to be given an e-mail of their own later.
async fn first_moderator(foundation: &Foundation, site: &Site) -> Result<FreshInvitation, CliError> {
    let malformed = |error: &dyn std::fmt::Display| CliError::new(format!("the first moderator: {error}"));
    let email = Email::parse("operator@localhost").map_err(|error| malformed(&error))?;
    let name = Name::parse("operator").map_err(|error| malformed(&error))?;
    tracing::debug!(site = %site.id, "inviting the first moderator");
    let (_, invitation) = foundation.accounts.add(email, name, Grant { site: None, role: Role::Operator }).await?;
    Ok(invitation)
}

/// Shows the first keys on a terminal; without one they go to a file that only its owner can read.
fn announce(welcome: &str, site: &Site, config: &Config) -> Result<(), CliError> {
    if std::io::stdout().is_terminal() {
        return super::print(welcome);
    }
    let path = wiring::keys_file(config);
    wiring::write_private(&path, welcome).map_err(|error| {
        CliError::new(format!("the first keys cannot be written to {}: {error}", path.display()))
            .hinted("remove the file if it is an old one; `tamis site rotate-key default` makes new keys")
    })?;
    tracing::info!(path = %path.display(), site = %site.id, "made the site `default`; its keys are in this file");
    Ok(())
}

fn welcome(site: &Site, keys: &SiteKeys, address: SocketAddr, invitation: &FreshInvitation, config: &Config) -> String {
    let link = super::moderator::link(config, address, invitation);
    let (key, akismet_key) = (keys.key.expose_secret(), keys.akismet_key.expose_secret());
    format!(
        "Made the site `{name}`. Its keys are shown this once; `tamis site rotate-key {name}` makes new ones.\n\n\
         key          {key}\n\
         akismet key  {akismet_key}\n\n\
         Try it:\n\n\
         curl -s http://{address}/v1/comments -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \
         -d '{{\"body\": \"Gagnez 500 euros par jour au casino : http://bit.ly/gagnant\"}}'\n\n\
         Moderate it, as operator@localhost (the link works once, for seven days):\n\n\
         {link}\n",
        name = site.name,
    )
}

async fn keep_sites_fresh(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(REFRESH).await;
        if let Err(error) = shared.sites.refresh(shared.service.store.as_ref()).await {
            tracing::debug!(%error, "the sites could not be read; those known before stay");
        }
    }
}

async fn keep_models_fresh(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(REFRESH).await;
        let service = &shared.service;
        if let Err(error) = service.models.refresh(service.store.as_ref(), &service.sieves).await {
            tracing::debug!(%error, "which models decide could not be read; those that ran go on");
        }
    }
}

async fn forget_answers(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let Ok(before) = shared.service.clock.now().checked_sub(FIRST_ANSWERS_LAST) else { continue };
        while let Ok(dropped) = shared.service.store.forget_answers(before, SWEPT_AT_ONCE).await {
            if dropped < u64::from(SWEPT_AT_ONCE) {
                break;
            }
        }
    }
}

/// Drops sessions that are over and old lines of the audit log.
async fn forget_accounts(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        if let Err(error) = shared.sessions.forget(SWEPT_AT_ONCE).await {
            tracing::debug!(%error, "old sessions and lines of the audit log stay for now");
        }
    }
}

/// Several replicas may do so at once: each bulletin is sent by one.
async fn send_bulletins(shared: Arc<Shared>, mailing: Arc<Mailing>) {
    loop {
        tokio::time::sleep(BULLETINS).await;
        let sites = shared.sites.all();
        if let Err(error) = bulletins::send_due(&shared.notifications, &mailing, &shared.service, &sites).await {
            tracing::debug!(%error, "which bulletins are due could not be read; trying again");
        }
    }
}

/// Several replicas may do so at once.
async fn tidy_queue(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(TIDY).await;
        // What fails now is tidied later.
        let _ = shared.service.queue.tidy_queue(SWEPT_AT_ONCE).await;
    }
}

/// Takes out what people wrote once its time is over. Several replicas may do so at once.
async fn end_texts(store: Arc<dyn Database>, clock: Arc<dyn Clock>, retention: Retention) {
    let rest = Duration::try_from(retention.shortest() / 10).unwrap_or_default().clamp(REFRESH, WALK);
    let mut walk = Walk::default();
    loop {
        let walked = loop {
            match walk.step(store.as_ref(), &retention, clock.now()).await {
                Ok(true) => tokio::time::sleep(BETWEEN_STEPS).await,
                walked => break walked,
            }
        };
        match walked {
            // The next round goes on where this one stopped.
            Err(error) => tracing::warn!(%error, "texts whose time is over could not all be taken out; trying again"),
            Ok(_) => {
                let Walk { ended, .. } = std::mem::take(&mut walk);
                if ended > 0 {
                    tracing::info!(ended, "took out texts whose time is over");
                }
            }
        }
        tokio::time::sleep(rest).await;
    }
}

/// Reads the rules anew on SIGHUP and when a file has changed; rules that are wrong leave the running ones in place.
async fn keep_rules_fresh(shared: Arc<Shared>, folder: RulesFolder, mut hangup: Signal) {
    let mut stamp = folder.stamp();
    loop {
        let asked = tokio::select! {
            _ = hangup.recv() => true,
            () = tokio::time::sleep(REFRESH) => false,
        };
        let now = folder.stamp();
        if asked || now != stamp {
            stamp = now;
            reload(&shared, &folder);
        }
    }
}

fn reload(shared: &Shared, folder: &RulesFolder) {
    let path = folder.file().display();
    match folder.read() {
        Ok(rules) => {
            let ruleset = rules.id().to_owned();
            shared.service.sieves.set_rules(&Arc::new(rules));
            tracing::info!(%path, ruleset, "read the rules anew");
        }
        Err(error) => tracing::error!(%path, %error, "the rules are wrong; the running ones stay"),
    }
}
