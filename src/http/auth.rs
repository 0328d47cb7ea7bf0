//! Which site speaks.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};

use crate::domain::site::Site;

use super::reply::Problem;
use super::server::Shared;

/// The site whose key came with the request. A handler that takes one cannot be called without.
pub struct Caller(pub Arc<Site>);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request).map(Self).ok_or(Problem::Unauthenticated))
    }
}

fn authenticate(request: &HttpRequest) -> Option<Arc<Site>> {
    let shared = request.app_data::<web::Data<Shared>>()?;
    let (scheme, key) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    shared.sites.authenticate(key.trim())
}
