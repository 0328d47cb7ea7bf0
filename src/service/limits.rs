//! Which keys a comment takes from, and what the outcomes say.

use crate::domain::comment::{AuthorEmail, Comment};
use crate::domain::history::{History, network};
use crate::domain::limits::{self, Demand, Dimension, LimitKey, Outcome, Quota};
use crate::domain::secrets::DigestKey;
use crate::domain::signal::Signal;
use crate::domain::site::{Site, SiteId};
use crate::domain::text::Text;
use crate::ports::limiter::{Limiter, Takings};

use super::ServiceError;

/// The quotas in force; `None` switches a dimension off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    pub site: Option<Quota>,
    pub author: Option<Quota>,
    pub network: Option<Quota>,
    pub page: Option<Quota>,
    pub domain: Option<Quota>,
}

/// Of the domains that a comment links to, so many are counted, the first.
const MOST_DOMAINS: usize = 5;

/// What the limits said about one comment that may pass.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub signals: Vec<Signal>,
    pub degraded: bool,
    /// What is left of the site's own quota, if it has one.
    pub site: Option<SiteQuota>,
}

impl Taken {
    /// Adds what else was counted; a count that could not be made leaves the decision degraded.
    pub fn note(&mut self, signal: Option<Signal>) {
        self.degraded |= signal.as_ref().is_some_and(|signal| !signal.ran);
        self.signals.extend(signal);
    }
}

/// The state of a site's quota after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteQuota {
    pub quota: Quota,
    pub remaining: u32,
    pub reset: std::time::Duration,
}

impl Quotas {
    /// The site's own key: the gate of every call.
    pub fn for_site(&self, site: SiteId, key: &DigestKey) -> Vec<Demand> {
        demand(site, key, Dimension::Site, self.site, Some(String::new())).into_iter().collect()
    }

    /// The site's key first, then those of the comment's author, network, page and linked domains. Author and network
    /// have as much as their history earned; a network that many good authors share is not counted.
    pub fn for_comment(
        &self,
        site: &Site,
        comment: &Comment,
        text: &Text,
        history: History,
        key: &DigestKey,
    ) -> Vec<Demand> {
        let earned = |quota: Option<Quota>| quota.map(|quota| quota.stepped(history.steps()));
        let author = comment
            .email()
            .map(AuthorEmail::as_str)
            .or(comment.content().author_name.as_deref())
            .map(str::to_lowercase);
        let network = comment.ip().filter(|_| !history.shared_network).map(network);
        let page = comment.page().url.clone();
        let mut demands = self.for_site(site.id, key);
        demands.extend(demand(site.id, key, Dimension::Author, earned(self.author), author));
        demands.extend(demand(site.id, key, Dimension::Network, earned(self.network), network));
        demands.extend(demand(site.id, key, Dimension::Page, self.page, page));
        for domain in linked_domains(site, comment, text) {
            demands.extend(demand(site.id, key, Dimension::Domain, self.domain, Some(domain.to_owned())));
        }
        demands
    }
}

/// The domains that a comment links to, each once; the site's own and the page's are everybody's.
fn linked_domains<'t>(site: &Site, comment: &Comment, text: &'t Text) -> Vec<&'t str> {
    let own: Vec<_> =
        [Some(site.url.as_str()), comment.page().url.as_deref()].into_iter().flatten().map(host).collect();
    let mut domains: Vec<&str> = Vec::new();
    for link in text.fields().iter().flat_map(|field| &field.links) {
        let is_own = || own.iter().any(|host| *host == link.domain || host.ends_with(&format!(".{}", link.domain)));
        if domains.len() < MOST_DOMAINS && !domains.contains(&link.domain.as_str()) && !is_own() {
            domains.push(&link.domain);
        }
    }
    domains
}

fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    after.split(['/', ':', '?', '#']).next().unwrap_or_default()
}

fn demand(
    site: SiteId,
    key: &DigestKey,
    dimension: Dimension,
    quota: Option<Quota>,
    counted: Option<String>,
) -> Option<Demand> {
    let (quota, counted) = (quota?, counted?);
    let whole = key.digest(&[site.0.as_bytes(), dimension.as_str().as_bytes(), counted.as_bytes()]);
    let digest = *whole.first_chunk::<16>()?;
    Some(Demand { key: LimitKey { site, dimension, digest }, quota })
}

/// Takes one from each key.
///
/// # Errors
/// The site's own quota is used up. A limiter that does not answer refuses nobody: the decision says so.
pub async fn take(limiter: &dyn Limiter, demands: &[Demand]) -> Result<Taken, ServiceError> {
    let takings = match limiter.take(demands).await {
        Ok(takings) => takings,
        Err(_) => return Ok(Taken { signals: vec![limits::nobody_counted_signal()], degraded: true, site: None }),
    };
    read(demands, takings)
}

fn read(demands: &[Demand], takings: Takings) -> Result<Taken, ServiceError> {
    let mut taken = Taken { degraded: takings.degraded, ..Taken::default() };
    for (Demand { key, quota }, outcome) in demands.iter().zip(takings.outcomes) {
        match (key.dimension, outcome) {
            (Dimension::Site, Outcome::Taken { remaining, reset }) => {
                taken.site = Some(SiteQuota { quota: *quota, remaining, reset });
            }
            (Dimension::Site, Outcome::Refused { retry_after }) => {
                return Err(ServiceError::OverQuota { quota: *quota, retry_after });
            }
            (dimension, Outcome::Refused { .. }) => taken.signals.push(limits::refused_signal(dimension)),
            (_, Outcome::Taken { .. } | Outcome::NotAsked) => {}
        }
    }
    if taken.degraded {
        taken.signals.push(limits::in_process_signal());
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site {
            id: SiteId(uuid::Uuid::nil()),
            name: "journal".to_owned(),
            url: "https://www.journal.example/".to_owned(),
            locale: crate::domain::site::Locale::Fr,
            key_digest: [0; 32],
            sealed_akismet_key: Vec::new(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn demands(quotas: &Quotas, history: History) -> Vec<Demand> {
        let body =
            "Voir https://www.journal.example/a, https://a.example.com/x, http://example.com et https://example.org/.";
        let draft = serde_json::json!({ "body": body, "author": { "name": "Léa", "ip": "203.0.113.7" } });
        let comment = Comment::parse(serde_json::from_value(draft).unwrap()).unwrap();
        let text = Text::of(&comment, None);
        quotas.for_comment(&site(), &comment, &text, history, &DigestKey::new([1; 32]))
    }

    fn all() -> Quotas {
        let quota = Some(Quota { count: 8.try_into().unwrap(), period: std::time::Duration::from_secs(60) });
        Quotas { site: quota, author: quota, network: quota, page: quota, domain: quota }
    }

    #[test]
    fn a_switched_off_dimension_is_not_asked() {
        assert!(demands(&Quotas::default(), History::default()).is_empty());
    }

    #[test]
    fn each_linked_domain_is_counted_once_and_the_sites_own_never() {
        let dimensions: Vec<_> =
            demands(&all(), History::default()).iter().map(|demand| demand.key.dimension).collect();
        let expected = [Dimension::Site, Dimension::Author, Dimension::Network, Dimension::Domain, Dimension::Domain];
        assert_eq!(dimensions, expected);
    }

    #[test]
    fn author_and_network_have_what_their_history_earned() {
        let count = |history, dimension| {
            let found = demands(&all(), history).into_iter().find(|demand| demand.key.dimension == dimension);
            found.map(|demand| demand.quota.count.get())
        };
        let trusted = History { approved: 10, ..History::default() };
        assert_eq!(count(trusted, Dimension::Author), Some(32));
        assert_eq!(count(History { rejected: 3, ..History::default() }, Dimension::Network), Some(2));
        assert_eq!(count(trusted, Dimension::Site), Some(8));
        assert_eq!(count(History { shared_network: true, ..History::default() }, Dimension::Network), None);
    }
}
