//! Liveness without dependencies, readiness with.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::ports::limiter::LimiterState;

use super::reply;
use super::server::Shared;

#[derive(Serialize)]
struct Alive {
    status: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    store: &'static str,
    limits: &'static str,
    /// The one that decides on sites without their own.
    model: String,
    /// Why models that should decide do not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    model_problems: Vec<String>,
    ruleset: String,
}

pub async fn livez() -> HttpResponse {
    reply::health(true, &Alive { status: "alive", version: env!("CARGO_PKG_VERSION") })
}

/// Ready when the store can be read and written. Limits that this process must count alone and models that
/// cannot be used are said, but do not keep it from serving.
pub async fn readyz(shared: web::Data<Shared>) -> HttpResponse {
    let store = shared.service.store.check().await;
    if let Err(error) = &store {
        tracing::warn!(%error, "not ready");
    }
    let sieve = shared.service.sieves.common();
    let body = Readiness {
        status: if store.is_ok() { "ready" } else { "not ready" },
        store: if store.is_ok() { "ok" } else { "away" },
        limits: match shared.service.limiter.state() {
            LimiterState::InProcess => "in-process",
            LimiterState::Shared => "shared",
            LimiterState::Away => "away: counted by this process alone",
        },
        model: sieve.model.version().to_owned(),
        model_problems: shared.service.models.problems().as_ref().clone(),
        ruleset: sieve.rules.id().to_owned(),
    };
    reply::health(store.is_ok(), &body)
}
