//! Which keys a comment takes from, and what the outcomes say.

use std::net::IpAddr;

use crate::domain::comment::Comment;
use crate::domain::limits::{self, Demand, Dimension, LimitKey, Outcome, Quota};
use crate::domain::secrets::DigestKey;
use crate::domain::signal::Signal;
use crate::domain::site::SiteId;
use crate::ports::limiter::{Limiter, Takings};

use super::ServiceError;

/// The quotas in force; `None` switches a dimension off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    pub site: Option<Quota>,
    pub author: Option<Quota>,
    pub network: Option<Quota>,
    pub page: Option<Quota>,
}

/// What the limits said about one comment that may pass.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub signals: Vec<Signal>,
    pub degraded: bool,
    /// What is left of the site's own quota, if it has one.
    pub site: Option<SiteQuota>,
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

    /// The site's key first, then those of the comment's author, network and page.
    pub fn for_comment(&self, site: SiteId, comment: &Comment, key: &DigestKey) -> Vec<Demand> {
        let author = comment.email().or(comment.content().author_name.as_deref()).map(str::to_lowercase);
        let network = comment.ip().map(network);
        let page = comment.page().url.clone();
        let mut demands = self.for_site(site, key);
        demands.extend(demand(site, key, Dimension::Author, self.author, author));
        demands.extend(demand(site, key, Dimension::Network, self.network, network));
        demands.extend(demand(site, key, Dimension::Page, self.page, page));
        demands
    }
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

/// The network of an address: /24 of IPv4, /48 of IPv6.
pub fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => format!("{:08x}/24", ip.to_bits() & 0xffff_ff00),
        IpAddr::V6(ip) => format!("{:032x}/48", ip.to_bits() & !((1 << 80) - 1)),
    }
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

    #[test]
    fn a_network_is_a_24_or_a_48() {
        let of = |ip: &str| network(ip.parse().unwrap());
        assert_eq!(of("203.0.113.7"), of("203.0.113.250"));
        assert_ne!(of("203.0.113.7"), of("203.0.114.7"));
        assert_eq!(of("2001:db8:1:2::7"), of("2001:db8:1:ffff::9"));
        assert_ne!(of("2001:db8:1::7"), of("2001:db8:2::7"));
    }

    #[test]
    fn a_switched_off_dimension_is_not_asked() {
        let key = DigestKey::new([1; 32]);
        let comment =
            Comment::parse(serde_json::from_str(r#"{"body": "x", "author": {"name": "Léa"}}"#).unwrap()).unwrap();
        assert!(Quotas::default().for_comment(SiteId(uuid::Uuid::nil()), &comment, &key).is_empty());
    }
}
