//! Ports for servers that have to be told theirs.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that the system hands out by itself: between the look and the server's start nobody is given one
/// of these, and a server that is killed finds its own again.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port that nothing listens on; none comes twice before all did. Processes begin at one of twelve places, so
/// that two rarely look at the same ports.
///
/// # Panics
/// All are taken.
pub fn free_port() -> u16 {
    let begin = (std::process::id() % 12) as u16 * 1_000;
    let mut ports = (0..COUNT).map(|_| FIRST + (begin + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT);
    ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("a free port")
}
