//! Style and script, from the binary. Their names hold a digest of what they are, so a browser keeps them for good.

use std::sync::LazyLock;

use actix_web::{HttpResponse, web};
use xxhash_rust::xxh3::xxh3_64;

use crate::http::reply;

/// One file, and what it is served as.
pub struct Asset {
    /// Such as `moderate.3f9c1ab2.css`.
    name: String,
    media: &'static str,
    body: &'static str,
}

impl Asset {
    fn new(stem: &str, ending: &str, media: &'static str, body: &'static str) -> Self {
        Self { name: format!("{stem}.{:016x}.{ending}", xxh3_64(body.as_bytes())), media, body }
    }

    pub fn path(&self) -> String {
        format!("/moderate/assets/{}", self.name)
    }
}

pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("moderate", "css", "text/css; charset=utf-8", include_str!("../../../templates/moderate/moderate.css"))
});

pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../../../templates/moderate/moderate.js");
    Asset::new("moderate", "js", "text/javascript; charset=utf-8", body)
});

pub static QUEUE_STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("queue", "css", "text/css; charset=utf-8", include_str!("../../../templates/moderate/queue.css"))
});

pub static QUEUE_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../../../templates/moderate/queue.js");
    Asset::new("queue", "js", "text/javascript; charset=utf-8", body)
});

pub static COMMENT_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let body = include_str!("../../../templates/moderate/comment.js");
    Asset::new("comment", "js", "text/javascript; charset=utf-8", body)
});

pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("../../../templates/moderate/icon.svg")));

pub async fn serve(name: web::Path<String>) -> HttpResponse {
    let assets = [&*STYLE, &*SCRIPT, &*QUEUE_STYLE, &*QUEUE_SCRIPT, &*COMMENT_SCRIPT, &*ICON];
    match assets.into_iter().find(|asset| asset.name == *name) {
        Some(asset) => reply::asset(asset.media, asset.body),
        None => reply::no_asset(),
    }
}
