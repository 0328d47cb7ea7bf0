//! `tamis moderator`: add and list moderators, keep them out. Beside a running server it counts at once.

use std::net::SocketAddr;
use std::path::Path;

use clap::{Subcommand, ValueEnum};
use comfy_table::Table;
use secrecy::ExposeSecret;
use serde_json::json;

use super::wiring::{self, Foundation};
use super::{CliError, Outcome};
use crate::config::Config;
use crate::domain::moderator::{Email, Grant, Moderator, Name, Role};
use crate::domain::site::Site;
use crate::ports::store::StoreError;
use crate::service::accounts::FreshInvitation;

#[derive(Debug, Subcommand)]
pub enum ModeratorCommand {
    /// Add a moderator, or give one another role or a new link, and show the link, once
    Add {
        email: Email,
        /// What others see; what comes before the @ if it is not given
        #[arg(long)]
        name: Option<Name>,
        /// The site the role is on [default: every site]
        #[arg(long, value_name = "NAME")]
        site: Option<String>,
        #[arg(long, value_enum, default_value = "moderator")]
        role: RoleArg,
        #[arg(long)]
        json: bool,
    },
    /// List the moderators and their roles
    List {
        #[arg(long)]
        json: bool,
    },
    /// Keep a moderator out, at once; `add` lets one in again
    Disable {
        email: Email,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleArg {
    /// Sees the queue
    Viewer,
    /// Decides on comments too
    Moderator,
    /// Sees the audit log too
    Lead,
    /// Changes rules and moderators too
    Operator,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Viewer => Self::Viewer,
            RoleArg::Moderator => Self::Moderator,
            RoleArg::Lead => Self::Lead,
            RoleArg::Operator => Self::Operator,
        }
    }
}

impl ModeratorCommand {
    pub fn run(self, config: Option<&Path>) -> Result<Outcome, CliError> {
        let config = Config::load(config)?;
        super::runtime()?.block_on(async {
            let foundation = wiring::foundation(&config).await?;
            match self {
                Self::Add { email, name, site, role, json } => {
                    let site = match site {
                        Some(name) => Some(super::site::find(foundation.store.as_ref(), &name).await?.id),
                        None => None,
                    };
                    let grant = Grant { site, role: role.into() };
                    add(&foundation, &config, email, name, grant, json).await
                }
                Self::List { json } => list(&foundation, json).await,
                Self::Disable { email, json } => disable(&foundation, &email, json).await,
            }
        })
    }
}

async fn add(
    foundation: &Foundation,
    config: &Config,
    email: Email,
    name: Option<Name>,
    grant: Grant,
    json: bool,
) -> Result<Outcome, CliError> {
    let name = match name {
        Some(name) => name,
        None => Name::parse(email.user())
            .map_err(|error| CliError::new(format!("`{}` {error}", email.user())).hinted("--name gives another"))?,
    };
    let taken = |name: &Name| CliError::new(format!("the name `{name}` is taken")).hinted("--name gives another");
    let (moderator, invitation) = match foundation.accounts.add(email, name.clone(), grant).await {
        Err(StoreError::Conflict) => return Err(taken(&name)),
        added => added?,
    };
    let link = link(config, config.listen, &invitation);
    if json {
        super::print(
            &json!({ "email": moderator.email, "name": moderator.name, "role": grant.role, "site": grant.site,
                     "link": link, "expires_at": invitation.expires_at })
            .to_string(),
        )?;
    } else {
        super::print(&format!(
            "{name} <{email}> may sign in after opening this link, which is shown this once, works once and holds \
             until {until}:\n\n{link}",
            name = moderator.name,
            email = moderator.email,
            until = invitation.expires_at.strftime("%F %R UTC"),
        ))?;
    }
    Ok(Outcome::Done)
}

/// Where an invitation is accepted.
pub fn link(config: &Config, address: SocketAddr, invitation: &FreshInvitation) -> String {
    let origin = match &config.public_url {
        Some(url) => url.origin().ascii_serialization(),
        None => format!("http://{address}"),
    };
    format!("{origin}/moderate/invitation/{}", invitation.token.expose_secret())
}

async fn list(foundation: &Foundation, json: bool) -> Result<Outcome, CliError> {
    let sites = foundation.store.sites().await?;
    let moderators = foundation.accounts.store.moderators().await?;
    if json {
        for moderator in &moderators {
            super::print(&as_json(moderator, &sites).to_string())?;
        }
        return Ok(Outcome::Done);
    }
    let mut table = Table::new();
    table.set_header(["name", "e-mail", "roles", "state"]);
    for moderator in &moderators {
        let roles: Vec<_> = moderator
            .grants
            .iter()
            .map(|grant| format!("{} on {}", grant.role.as_str(), place(grant, &sites)))
            .collect();
        let state = if moderator.disabled_at.is_some() { "disabled" } else { "" };
        table.add_row([moderator.name.as_str(), moderator.email.as_str(), &roles.join(", "), state]);
    }
    super::print(&table.to_string())?;
    Ok(Outcome::Done)
}

fn as_json(moderator: &Moderator, sites: &[Site]) -> serde_json::Value {
    let roles: Vec<_> = moderator
        .grants
        .iter()
        .map(|grant| json!({ "role": grant.role, "site": grant.site.map(|_| place(grant, sites)) }))
        .collect();
    json!({ "email": moderator.email, "name": moderator.name, "roles": roles, "disabled_at": moderator.disabled_at })
}

/// The name of the site a role is on.
fn place(grant: &Grant, sites: &[Site]) -> String {
    let Some(id) = grant.site else { return "every site".to_owned() };
    sites.iter().find(|site| site.id == id).map_or_else(|| id.to_string(), |site| site.name.clone())
}

async fn disable(foundation: &Foundation, email: &Email, json: bool) -> Result<Outcome, CliError> {
    if !foundation.accounts.disable(email).await? {
        return Err(CliError::new(format!("no moderator with the e-mail `{email}` is let in"))
            .hinted("`tamis moderator list` shows them"));
    }
    if json {
        super::print(&json!({ "email": email, "disabled": true }).to_string())?;
    } else {
        super::print(&format!("{email} is out; open sessions and invitations ended with it."))?;
    }
    Ok(Outcome::Done)
}
