//! Who a request comes from, when proxies stand before this server.

use std::iter;
use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, X_FORWARDED_FOR};
use ipnet::IpNet;
use rfc7239::{Forwarded, NodeName};

/// Most hops that are followed; a chain of proxies has two or three.
const MOST_HOPS: usize = 16;

/// Those whose word on a client's address is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// The address of the client: of the nearest hop that is no trusted proxy. What a client itself wrote into the
    /// headers stands further away and is never reached. `None` where the connection has no address.
    pub fn client(&self, request: &HttpRequest) -> Option<IpAddr> {
        Some(self.behind(request.peer_addr()?.ip().to_canonical(), request.headers()))
    }

    /// A proxy writes one of the two headers and may pass the other one on as the client sent it: where they differ,
    /// neither is believed.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let forwarded = lines(headers, &FORWARDED).map(|line| self.follow(peer, line, of_forwarded));
        let others = lines(headers, &X_FORWARDED_FOR).map(|line| self.follow(peer, line, of_x_forwarded_for));
        match (forwarded, others) {
            (Some(one), Some(other)) if one != other => peer,
            (Some(client), _) | (None, Some(client)) => client,
            (None, None) => peer,
        }
    }

    /// Goes from proxy to proxy, as long as they are trusted and the next hop is an address.
    fn follow(&self, peer: IpAddr, hops: Vec<&str>, address: fn(&str) -> Option<IpAddr>) -> IpAddr {
        let mut ahead = hops.into_iter().rev().take(MOST_HOPS).map_while(address);
        let path = iter::successors(Some(peer), |hop| self.trusts(*hop).then(|| ahead.next()).flatten());
        path.last().unwrap_or(peer)
    }

    fn trusts(&self, hop: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&hop))
    }
}

/// The hops of a header that may stand several times, the nearest last. `None` where it does not stand at all.
fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    headers.contains_key(name).then(|| {
        // What is not text is a hop that no address is read from.
        headers.get_all(name).flat_map(|line| line.to_str().unwrap_or("-").split(',')).map(str::trim).collect()
    })
}

/// `for=192.0.2.7;proto=https` or `for="[2001:db8::7]:4711"`. A hop cut out of the middle of a quoted text is none.
fn of_forwarded(hop: &str) -> Option<IpAddr> {
    if !hop.matches('"').count().is_multiple_of(2) || hop.contains('\\') {
        return None;
    }
    let Forwarded { forwarded_for, .. } = rfc7239::parse(hop).next()?.ok()?;
    match forwarded_for?.name {
        NodeName::Ip(address) => Some(address.to_canonical()),
        _ => None,
    }
}

/// `192.0.2.7`, `2001:db8::7`; some proxies add a port.
fn of_x_forwarded_for(hop: &str) -> Option<IpAddr> {
    let bare = || hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop).parse().ok();
    let address = bare().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    /// The client of a request from 10.0.0.1, with 10.0.0.0/8 and fd00::/8 trusted.
    fn client(headers: &[(&'static str, &str)]) -> String {
        client_of("10.0.0.1", headers)
    }

    fn client_of(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        proxies.behind(peer.parse().unwrap(), &map).to_string()
    }

    const F: &str = "forwarded";
    const X: &str = "x-forwarded-for";

    #[test]
    fn the_nearest_hop_that_is_no_proxy_is_the_client() {
        assert_eq!(client(&[]), "10.0.0.1");
        assert_eq!(client(&[(X, "203.0.113.7")]), "203.0.113.7");
        assert_eq!(client(&[(X, "203.0.113.7, 10.0.0.9,10.0.0.8")]), "203.0.113.7");
        assert_eq!(client(&[(X, "203.0.113.7"), (X, "10.0.0.9")]), "203.0.113.7", "on two lines");
        assert_eq!(client(&[(X, "10.0.0.7")]), "10.0.0.7", "a client among the proxies");
        assert_eq!(client(&[(X, "[2001:db8::7]:4711")]), "2001:db8::7");
        assert_eq!(client(&[(X, "203.0.113.7:4711")]), "203.0.113.7");
        assert_eq!(client(&[(X, "::ffff:203.0.113.7")]), "203.0.113.7");
        assert_eq!(client(&[(F, "for=203.0.113.7;proto=https, For=\"[fd00::1]\"")]), "203.0.113.7");
        assert_eq!(client(&[(F, "proto=https;for=\"[2001:db8::7]:4711\";by=_x")]), "2001:db8::7");
        assert_eq!(client(&[(F, "for=203.0.113.7"), (X, "203.0.113.7")]), "203.0.113.7");
    }

    #[test]
    fn what_a_client_wrote_itself_is_not_reached() {
        assert_eq!(client(&[(X, "1.1.1.1, 203.0.113.7")]), "203.0.113.7");
        assert_eq!(client(&[(X, "10.0.0.3, 203.0.113.7")]), "203.0.113.7", "as if it were a proxy");
        assert_eq!(client(&[(F, "for=1.1.1.1, for=203.0.113.7")]), "203.0.113.7");
        assert_eq!(client(&[(F, "for=1.1.1.1;x=\", for=203.0.113.7")]), "203.0.113.7", "an open quote");
        assert_eq!(client(&[(F, "for=1.1.1.1"), (X, "203.0.113.7")]), "10.0.0.1", "the header of no proxy");
        assert_eq!(client_of("203.0.113.9", &[(X, "1.1.1.1"), (F, "for=1.1.1.1")]), "203.0.113.9");
    }

    #[test]
    fn what_is_no_address_ends_the_way_at_the_last_one() {
        for wrong in ["", "unknown", "localhost", "1.1.1.1.1", "999.1.1.1", ",", "1.1.1.1 2.2.2.2", "é", "::1::"] {
            assert_eq!(client(&[(X, wrong)]), "10.0.0.1", "{wrong}");
        }
        assert_eq!(client(&[(X, "1.1.1.1, unknown, 10.0.0.2")]), "10.0.0.2");
        for wrong in ["", "for", "for=", "for=unknown", "for=_hidden", "proto=https", ";;", "for=\"", "é"] {
            assert_eq!(client(&[(F, wrong)]), "10.0.0.1", "{wrong}");
        }
        assert_eq!(client(&[(F, "for=_x;host=\"a,for=1.1.1.1\"")]), "10.0.0.1", "cut out of a quoted text");
        assert_eq!(client(&[(F, r#"for=_x;host="a,for=\"1.1.1.1\",b""#)]), "10.0.0.1");
    }

    #[test]
    fn the_way_is_bounded() {
        let long = format!("203.0.113.7{}", ", 10.0.0.2".repeat(5_000));
        assert_eq!(client(&[(X, &long)]), "10.0.0.2");
    }
}
