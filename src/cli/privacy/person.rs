//! What one person wrote, found by what they tell of themselves: written out, and erased.

use serde_json::json;

use super::super::wiring::{self, Foundation};
use super::super::{CliError, Outcome, corpus, print};
use super::{Whose, sentences};
use crate::config::Config;
use crate::domain::comment::{DraftPerson, Person};
use crate::service::written::{self, Export, PersonReceipt, Unlinked, Wanted};

pub async fn export(foundation: &Foundation, whose: Whose, site: Option<&str>) -> Result<Outcome, CliError> {
    let Foundation { store, keys, clock, .. } = foundation;
    let (store, person) = (store.as_ref(), read(whose)?);
    let mut outcome = Outcome::No;
    for site in corpus::sites(foundation, site).await? {
        let wanted = Wanted::on(site.id, person.clone(), store, keys, clock.now()).await?;
        let mut next = None;
        loop {
            let written = written::written(store, store, &wanted, next).await?;
            for (record, attached) in written.comments {
                let export = Export::of(&record, attached, site.locale);
                print(&json!({ "site": site.name, "comment": export }).to_string())?;
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
    whose: Whose,
    site: Option<&str>,
    json: bool,
) -> Result<Outcome, CliError> {
    let Foundation { store, keys, clock, .. } = foundation;
    let (store, models, person) = (store.as_ref(), wiring::models(config)?, read(whose)?);
    let mut outcome = Outcome::No;
    for site in corpus::sites(foundation, site).await? {
        let wanted = Wanted::on(site.id, person.clone(), store, keys, clock.now()).await?;
        loop {
            let receipt = written::erase_written(store, store, &models, &wanted, clock.now()).await?;
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
        true => "nothing there is known to be this person’s".to_owned(),
        false => sentences(&receipt.receipt),
    };
    let mut lines = vec![format!("{site}:"), erased];
    lines.extend(unlinked(&receipt.unlinked));
    lines.join("\n")
}

fn unlinked(unlinked: &Unlinked) -> Vec<String> {
    let without = [
        (unlinked.without_email, "an e-mail"),
        (unlinked.without_ip, "an address"),
        (unlinked.without_id, "an id of their author"),
    ];
    let without = without.into_iter().filter_map(|(number, what)| {
        let number = number?;
        Some(format!("{number} comments came without {what}: if some are this person’s, only their ids find them"))
    });
    let destroyed = unlinked.unlinkable.iter().flatten().map(|days| {
        format!(
            "{} comments from {} to {} came with an address that nothing links any more: its key is destroyed",
            days.comments, days.from, days.until
        )
    });
    without.chain(destroyed).collect()
}

/// What is told of the person, from standard input where it is `-`.
fn read(Whose { email, ip, author_id: id }: Whose) -> Result<Person, CliError> {
    let mut draft = DraftPerson { email, ip, id };
    for given in [&mut draft.email, &mut draft.ip, &mut draft.id].into_iter().flatten() {
        if given == "-" {
            given.clear();
            let unread = |error| CliError::new(format!("standard input cannot be read: {error}"));
            std::io::stdin().read_line(given).map_err(unread)?;
        }
    }
    Person::parse(draft).map_err(|error| CliError::new(format!("the person’s {error}")))
}
