//! A real S3 server over a folder, with signatures checked.

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the server asks of its clients.
const KEY: &str = "tamis";
const SECRET: &str = "un-secret-de-test";

pub struct S3Server {
    url: String,
    _folder: TempDir,
    task: JoinHandle<()>,
}

impl S3Server {
    /// With one empty bucket, `archive`.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("archive")).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    // A client that goes away is no concern of the server's.
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { url, _folder: folder, task }
    }

    /// What a client's environment says, with the registry at a prefix of the bucket.
    pub fn settings<'a>(&'a self, secret: Option<&'a str>) -> [(&'static str, &'a str); 5] {
        [
            ("TAMIS_MODEL__REGISTRY", "s3://archive/models/site"),
            ("AWS_ENDPOINT_URL", &self.url),
            ("AWS_REGION", "eu-west-3"),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", secret.unwrap_or(SECRET)),
        ]
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
