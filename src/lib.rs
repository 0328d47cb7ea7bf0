//! Tamis (French for a fine sieve) decides on comments: approve, hold or reject, with reasons.
//!
//! One comment goes one way through the modules below, which stand in reading order:
//! [`http`] or [`cli`] parse it into a [`domain::comment::Comment`]; [`service`] derives its text once, takes
//! from the limits, gathers the [`domain::signal::Signal`]s of rules and classifier heads, lets
//! [`domain::policy`] decide, records the decision durably and answers.
//!
//! **Architecture invariants**, kept by `tests/it/architecture.rs`:
//! - arrows are `use`, and none points up or sideways: `cli`, `http` → `service` → `ports` → `domain` ← `adapters`;
//! - [`domain`] has no I/O, no clock, no randomness and no async: same arguments, same bytes out;
//! - adapters know the ports, never one another; only [`cli`] picks them;
//! - only [`http`] names actix-web, only [`training`] names linfa, only the stores name sqlx.

pub mod domain;

pub mod ports;

pub mod service;

pub mod adapters;

pub mod corpus;

pub mod training;

pub mod config;

pub mod telemetry;

pub mod http;

pub mod cli;
