//! One Redis, or the nodes of a Redis Cluster.

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, Pipeline, RedisFuture,
    RedisResult, Value,
};

/// Where the counts are.
pub enum Server {
    One(Box<Client>),
    Cluster(Box<ClusterClient>),
}

/// A way to it; clones share it.
#[derive(Clone)]
pub enum Connection {
    One(MultiplexedConnection),
    /// Sends each command to the node that has its keys, which must be of one slot.
    Cluster(ClusterConnection),
}

impl Server {
    /// One URL is one Redis; several are nodes of a cluster, of which one that answers is enough to find the others.
    pub fn open(urls: &[&str]) -> RedisResult<Self> {
        let infos = urls.iter().map(|url| connection_info(url)).collect::<RedisResult<Vec<_>>>()?;
        match <[ConnectionInfo; 1]>::try_from(infos) {
            Ok([info]) => Client::open(info).map(Box::new).map(Self::One),
            // A call that failed may have been counted; whoever asked decides what to do.
            Err(infos) => ClusterClient::builder(infos).retries(0).build().map(Box::new).map(Self::Cluster),
        }
    }

    pub async fn connect(&self) -> RedisResult<Connection> {
        match self {
            Self::One(client) => {
                // Every wait is bounded by who asks, and a second bound inside would only hide which ran out.
                let unbounded = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
                client.get_multiplexed_async_connection_with_config(&unbounded).await.map(Connection::One)
            }
            Self::Cluster(client) => client.get_async_connection().await.map(Connection::Cluster),
        }
    }
}

/// Host and port of each, never the password.
pub fn addresses(urls: &[&str]) -> RedisResult<String> {
    let addresses = urls.iter().map(|url| Ok(connection_info(url)?.addr().to_string()));
    Ok(addresses.collect::<RedisResult<Vec<_>>>()?.join(", "))
}

fn connection_info(url: &str) -> RedisResult<ConnectionInfo> {
    let info = url.into_connection_info()?;
    if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
        // Without a provider of the process the connection would panic; one that is there already may stay.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let promptly = info.tcp_settings().clone().set_nodelay(true);
    Ok(info.set_tcp_settings(promptly))
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(connection) => connection.req_packed_commands(commands, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(commands, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}
