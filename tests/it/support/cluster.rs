//! A real Redis Cluster on loopback.

use super::eventually;
use super::redis::RedisServer;

/// Three nodes of a Redis Cluster, without replicas.
pub struct RedisCluster {
    pub nodes: [RedisServer; 3],
}

impl RedisCluster {
    pub async fn start() -> Self {
        let cluster = Self { nodes: std::array::from_fn(|_| RedisServer::start_cluster_node()) };
        let slots = [["0", "5460"], ["5461", "10922"], ["10923", "16383"]];
        for (node, [first, last]) in cluster.nodes.iter().zip(slots) {
            node.command::<()>(&["CLUSTER", "ADDSLOTSRANGE", first, last]).unwrap();
        }
        let [first, others @ ..] = &cluster.nodes;
        for other in others {
            let [port, bus] = other.ports().unwrap().map(|port| port.to_string());
            first.command::<()>(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus]).unwrap();
        }
        let is_whole = |node: &RedisServer| {
            let info: String = node.command(&["CLUSTER", "INFO"]).unwrap();
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
        };
        eventually("the cluster is whole", async || cluster.nodes.iter().all(is_whole).then_some(())).await;
        cluster
    }

    pub fn urls(&self) -> [String; 3] {
        self.nodes.each_ref().map(RedisServer::url)
    }

    /// Forgets all keys.
    pub fn flush(&self) {
        for node in &self.nodes {
            node.command::<()>(&["FLUSHALL"]).unwrap();
        }
    }

    /// How many keys each node has.
    pub fn keys(&self) -> [usize; 3] {
        self.nodes.each_ref().map(|node| node.command(&["DBSIZE"]).unwrap())
    }
}
