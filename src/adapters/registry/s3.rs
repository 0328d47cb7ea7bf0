//! A bucket of an S3-compatible store. Credentials, region and endpoint come from the usual `AWS_…` variables.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::path::Path as Key;
use object_store::{ClientOptions, Error, RetryConfig};
use url::Url;

use super::Place;

/// How long one request may take.
const TIME_OUT: Duration = Duration::from_secs(10);
/// How long a request is tried again.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn open(location: &str) -> Result<Place, Error> {
    // The client asks for the process's TLS provider and panics without one; somebody else may have installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let generic = |source| Error::Generic { store: "S3", source };
    let url = Url::parse(location).map_err(|error| generic(error.into()))?;
    let prefix = Key::from_url_path(url.path()).map_err(|error| generic(error.into()))?;
    let options = ClientOptions::new().with_timeout(TIME_OUT).with_connect_timeout(TIME_OUT / 2);
    // Plain HTTP only where the operator's endpoint says so: a store on the same machine or network.
    let plain = std::env::var("AWS_ENDPOINT_URL").or_else(|_| std::env::var("AWS_ENDPOINT"));
    let options = options.with_allow_http(plain.is_ok_and(|endpoint| endpoint.starts_with("http://")));
    let retry = RetryConfig { max_retries: 2, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let store =
        AmazonS3Builder::from_env().with_url(location).with_client_options(options).with_retry(retry).build()?;
    Ok(Place::Bucket { store: Arc::new(store), prefix })
}
