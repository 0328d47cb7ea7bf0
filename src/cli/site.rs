//! `tamis site`: add and list sites, replace their keys. Beside a running server it counts within two seconds.

use std::path::Path;

use clap::{Subcommand, ValueEnum};
use comfy_table::Table;
use secrecy::ExposeSecret;
use serde_json::json;

use super::wiring::{self, Foundation};
use super::{CliError, Outcome};
use crate::config::Config;
use crate::domain::site::{Locale, Site};
use crate::ports::store::{Store, StoreError};
use crate::service::sites::{self, SiteKeys};

#[derive(Debug, Subcommand)]
pub enum SiteCommand {
    /// Add a site and show its keys, once
    Add {
        name: String,
        /// The site's own address
        #[arg(long)]
        url: String,
        /// The language of messages, and of readers where a page does not say
        #[arg(long, value_enum, default_value = "fr")]
        locale: LocaleArg,
        #[arg(long)]
        json: bool,
    },
    /// List the sites
    List {
        #[arg(long)]
        json: bool,
    },
    /// Give a site new keys and show them, once; the old ones end
    RotateKey {
        name: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LocaleArg {
    Fr,
    En,
}

impl From<LocaleArg> for Locale {
    fn from(locale: LocaleArg) -> Self {
        match locale {
            LocaleArg::Fr => Self::Fr,
            LocaleArg::En => Self::En,
        }
    }
}

impl SiteCommand {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        super::runtime()?.block_on(async {
            let foundation = wiring::foundation(&config).await?;
            match self {
                Self::Add { name, url, locale, json } => add(&foundation, name, url, locale.into(), json).await,
                Self::List { json } => list(&foundation, json).await,
                Self::RotateKey { name, json } => rotate_key(&foundation, &name, json).await,
            }
        })
    }
}

async fn add(
    foundation: &Foundation,
    name: String,
    url: String,
    locale: Locale,
    json: bool,
) -> Result<Outcome, CliError> {
    check_url(&url)?;
    let Foundation { store, keys, clock, random, .. } = foundation;
    let (site, site_keys) = sites::new_site(name, url, locale, &keys.sealing, clock.as_ref(), random.as_ref());
    match store.add_site(&site).await {
        Err(StoreError::Conflict) => Err(CliError::new(format!("there is a site named `{}` already", site.name))
            .hinted("choose another name, or `tamis site rotate-key` for new keys")),
        Err(error) => Err(error.into()),
        Ok(()) => show_keys(&site, &site_keys, json),
    }
}

fn check_url(url: &str) -> Result<(), CliError> {
    let sound = url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let error =
        || CliError::new(format!("`{url}` is not the address of a site")).hinted("write it as https://example.org");
    sound.then_some(()).ok_or_else(error)
}

async fn list(foundation: &Foundation, json: bool) -> Result<Outcome, CliError> {
    let sites = foundation.store.sites().await?;
    if json {
        for site in sites {
            super::print(
                &json!({ "id": site.id, "name": site.name, "url": site.url, "locale": site.locale }).to_string(),
            )?;
        }
    } else {
        let mut table = Table::new();
        table.set_header(["name", "address", "language", "id"]);
        for site in sites {
            table.add_row([site.name, site.url, site.locale.language().to_string(), site.id.to_string()]);
        }
        super::print(&table.to_string())?;
    }
    Ok(Outcome::Done)
}

async fn rotate_key(foundation: &Foundation, name: &str, json: bool) -> Result<Outcome, CliError> {
    let Foundation { store, keys, random, .. } = foundation;
    let site = find(store.as_ref(), name).await?;
    let site_keys = SiteKeys::draw(random.as_ref());
    let sealed = site_keys.sealed_akismet_key(&keys.sealing, random.as_ref());
    store.set_site_keys(site.id, site_keys.digest(), &sealed).await?;
    foundation.accounts.note_new_keys(site.id).await?;
    show_keys(&site, &site_keys, json)
}

/// The site of a name.
pub async fn find(store: &dyn Store, name: &str) -> Result<Site, CliError> {
    let sites = store.sites().await?;
    sites
        .into_iter()
        .find(|site| site.name == name)
        .ok_or_else(|| CliError::new(format!("there is no site named `{name}`")).hinted("`tamis site list` shows them"))
}

fn show_keys(site: &Site, keys: &SiteKeys, json: bool) -> Result<Outcome, CliError> {
    let (key, akismet_key) = (keys.key.expose_secret(), keys.akismet_key.expose_secret());
    if json {
        super::print(&json!({ "id": site.id, "key": key, "akismet_key": akismet_key }).to_string())?;
    } else {
        super::print(&format!(
            "site         {} ({})\nid           {}\nkey          {key}\nakismet key  {akismet_key}\n\
             The keys are shown this once; `tamis site rotate-key {}` makes new ones.",
            site.name, site.url, site.id, site.name
        ))?;
    }
    Ok(Outcome::Done)
}
