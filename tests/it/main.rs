//! The one integration binary: every module below talks to the real thing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by failing")]

mod support;

mod api;
mod architecture;
mod authors;
mod bulletins;
mod campaigns;
mod cli;
mod corpus;
mod docs;
mod faults;
mod learning;
mod limiter;
mod models;
mod page;
mod privacy;
mod replay;
mod report;
mod rules;
mod serve;
mod standing;
mod store;
mod tls;
mod training;
mod upkeep;
