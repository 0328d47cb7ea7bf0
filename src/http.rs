//! The HTTP surface: the only place that names actix-web, and `reply` the only one that names status codes.

mod auth;
mod body;
pub mod forwarded;
mod headers;
mod moderate;
mod ops;
mod reply;
pub mod server;
mod v1;

pub use moderate::BulletinScribe;
