//! The moderators' page: server-rendered, whole without script.
//!
//! Every handler that is for moderators takes a [`guard::Visitor`], or a [`guard::At`] for one site; every form comes
//! through [`form::Filled`], which checks where it comes from. One file a page.

mod act;
mod assets;
mod audit;
mod author;
mod bulletin;
mod card;
mod clue;
mod comment;
mod feed;
mod form;
mod guard;
mod headers;
mod home;
mod invitation;
mod look;
mod notifications;
mod page;
mod queue;
mod sign_in;
mod told;
mod when;
mod words;

use actix_web::middleware::from_fn;
use actix_web::web::{self, get, post};

pub use bulletin::BulletinScribe;

/// Every path of the page. Beside `sites/{site}/…` none belongs to a site.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/moderate")
            .wrap(from_fn(headers::protect))
            .route("", get().to(home::forward))
            .route("/", get().to(home::show))
            .route("/sign-in", get().to(sign_in::show))
            .route("/sign-in", post().to(sign_in::submit))
            .route("/sign-out", post().to(sign_in::leave))
            .route("/language", post().to(home::choose_language))
            .route("/invitation/{token}", get().to(invitation::show))
            .route("/invitation/{token}", post().to(invitation::accept))
            .route("/notifications", get().to(notifications::show))
            .route("/notifications/feed", post().to(notifications::make_feed))
            .route("/notifications/feed/revoke", post().to(notifications::revoke_feed))
            .route("/notifications/bulletin", post().to(notifications::set_bulletin))
            .route("/notifications/bulletin/stop", post().to(notifications::stop_bulletin))
            .route("/feed/{token}", get().to(feed::show))
            .route("/assets/{name}", get().to(assets::serve))
            .route("/sites/{site}/queue", get().to(queue::show))
            .route("/sites/{site}/fresh", get().to(queue::fresh))
            .route("/sites/{site}/comments/{id}", get().to(comment::show))
            .route("/sites/{site}/act", post().to(act::act))
            .route("/sites/{site}/author", post().to(author::say))
            .route("/sites/{site}/undo", post().to(act::undo))
            .route("/sites/{site}/like", get().to(act::ask_like))
            .route("/sites/{site}/like", post().to(act::like))
            .route("/sites/{site}/done", get().to(act::done))
            .route("/sites/{site}/audit", get().to(audit::show))
            .route("/sites/{site}/audit.csv", get().to(audit::export))
            .default_service(web::to(page::missing)),
    );
}
