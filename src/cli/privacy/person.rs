//! What one person wrote, found by their e-mail: written out, and erased.

use serde_json::json;

use super::super::wiring::{self, Foundation};
use super::super::{CliError, Outcome, corpus, print};
use super::sentences;
use crate::config::Config;
use crate::domain::comment::AuthorEmail;
use crate::service::answer::Detail;
use crate::service::written::{self, Person, PersonReceipt};

pub async fn export(foundation: &Foundation, email: &str, site: Option<&str>) -> Result<Outcome, CliError> {
    let (store, email) = (foundation.store.as_ref(), read(email)?);
    let mut outcome = Outcome::No;
    for site in corpus::sites(foundation, site).await? {
        let person = Person::of(site.id, &email, &foundation.keys.authors);
        let mut next = None;
        loop {
            let written = written::written(store, store, person, next).await?;
            for record in &written.records {
                let detail = Detail::of(record, site.locale);
                print(&json!({ "site": site.name, "comment": detail }).to_string())?;
                outcome = Outcome::Done;
            }
            next = written.next;
            if next.is_none() {
                break;
            }
        }
    }
    Ok(outcome)
}

pub async fn erase(
    config: &Config,
    foundation: &Foundation,
    email: &str,
    site: Option<&str>,
    json: bool,
) -> Result<Outcome, CliError> {
    let (store, models, email) = (foundation.store.as_ref(), wiring::models(config)?, read(email)?);
    let mut outcome = Outcome::No;
    for site in corpus::sites(foundation, site).await? {
        let person = Person::of(site.id, &email, &foundation.keys.authors);
        loop {
            let now = foundation.clock.now();
            let receipt = written::erase_written(store, store, &models, person, now).await?;
            if !receipt.receipt.comments.is_empty() {
                outcome = Outcome::Done;
            }
            print(&if json { json!(receipt).to_string() } else { told(&receipt, &site.name) })?;
            if !receipt.more {
                break;
            }
        }
    }
    Ok(outcome)
}

fn told(receipt: &PersonReceipt, site: &str) -> String {
    let erased = match receipt.receipt.comments.is_empty() {
        true => "nothing there was sent with this e-mail".to_owned(),
        false => sentences(&receipt.receipt),
    };
    let others = receipt.without_email;
    format!(
        "{site}:\n{erased}\n{others} comments came without an e-mail: if some are this person’s, only their ids find them"
    )
}

/// The e-mail, from standard input where it is `-`.
fn read(given: &str) -> Result<AuthorEmail, CliError> {
    let mut given = given.to_owned();
    if given == "-" {
        given.clear();
        let unread = |error| CliError::new(format!("standard input cannot be read: {error}"));
        std::io::stdin().read_line(&mut given).map_err(unread)?;
    }
    let wrong = |problem: &str| CliError::new(format!("--email {problem}"));
    let email = AuthorEmail::parse("email", Some(given.trim().to_owned())).map_err(|error| wrong(&error.problem))?;
    email.ok_or_else(|| wrong("is empty"))
}
