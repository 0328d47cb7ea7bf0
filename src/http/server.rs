//! The route table, and the server around it.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

pub use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, Resource, Route, web};
use url::Url;

use crate::service::Service;
use crate::service::accounts::{Notifications, Sessions};
use crate::service::sites::Sites;

use super::forwarded::TrustedProxies;
use super::{headers, moderate, ops, reply, v1};

/// What every handler shares.
pub struct Shared {
    pub service: Service,
    pub sites: Sites,
    pub sessions: Sessions,
    pub notifications: Notifications,
    /// Where browsers find this server, when not where it listens.
    pub public_url: Option<Url>,
    pub proxies: TrustedProxies,
    /// Largest request body in bytes, after decompression.
    pub max_body: usize,
}

/// Connections a worker holds open at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 4_096;
/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(5);
/// How long requests in flight may take to finish once the server is told to stop, in seconds.
const FAREWELL: u64 = 10;

/// Every path: those of the API here, those of the page in [`moderate::routes`].
fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource(
            "/v1/comments",
            &["GET", "POST"],
            [web::post().to(v1::comments::submit), web::get().to(v1::list::list)],
        ))
        .service(resource("/v1/check", &["POST"], [web::post().to(v1::comments::check)]))
        .service(resource(
            "/v1/comments/{id}",
            &["GET", "DELETE"],
            [web::get().to(v1::comments::show), web::delete().to(v1::comments::erase)],
        ))
        .service(resource("/v1/comments/{id}/resolution", &["POST"], [web::post().to(v1::acts::resolve)]))
        .service(resource("/v1/comments/{id}/feedback", &["POST"], [web::post().to(v1::acts::feedback)]))
        .service(resource("/v1/comments/{id}/undo", &["POST"], [web::post().to(v1::acts::undo)]))
        .service(resource("/v1/comments/{id}/requeue-copies", &["POST"], [web::post().to(v1::acts::requeue_copies)]))
        .service(resource(
            "/v1/comments/{id}/author",
            &["GET", "PUT", "DELETE"],
            [web::get().to(v1::author::show), web::put().to(v1::author::give), web::delete().to(v1::author::lift)],
        ))
        .service(resource("/v1/authors/export", &["POST"], [web::post().to(v1::written::export)]))
        .service(resource("/v1/authors/erase", &["POST"], [web::post().to(v1::written::erase)]))
        .service(resource("/livez", &["GET"], [web::get().to(ops::livez)]))
        .service(resource("/readyz", &["GET"], [web::get().to(ops::readyz)]))
        .configure(moderate::routes)
        .default_service(web::to(reply::unknown_route));
}

/// A path with its methods; any other method is told which ones there are.
fn resource<const N: usize>(path: &str, allowed: &'static [&'static str], routes: [Route; N]) -> Resource {
    routes
        .into_iter()
        .fold(web::resource(path), Resource::route)
        .default_service(web::to(move || reply::wrong_method(allowed)))
}

/// Serves on a bound listener until `stopped` completes; requests in flight are finished then.
///
/// # Errors
/// The listener cannot be used.
pub fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    workers: usize,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<Server> {
    let shared = web::Data::from(shared);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(web::PayloadConfig::new(shared.max_body))
            .configure(routes)
            .wrap(Compress::default())
            .wrap(from_fn(headers::request_id_and_log))
    })
    // The last part of a long answer would wait, some 40 ms, until the client has said that it got those before.
    .tcp_nodelay(true)
    .workers(workers)
    .max_connections(CONNECTIONS)
    .client_request_timeout(HEAD)
    .shutdown_timeout(FAREWELL)
    .shutdown_signal(stopped)
    .listen(listener)?;
    Ok(server.run())
}
