//! The disk fills up under load.

use std::collections::HashMap;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Load, holds, on_postgres, times, told_in_time};
use crate::support::disk::SmallDisk;
use crate::support::postgres::{Cluster, OnSmallDisk};
use crate::support::server::{Server, tamis, until};

/// Fills the disk until the server says that it cannot write, and leaves it so for many more calls.
async fn fill_up(server: &Server, disk: &mut SmallDisk, load: &Load) {
    until("the disk is full", async || {
        disk.fill();
        let (status, answer) = told_in_time(server).await;
        assert!(status == 201 || answer["type"] == "urn:tamis:problem:store-away", "{status} {answer}");
        status != 201
    })
    .await;
    load.until_refused(40).await;
}

/// Every second time the server is killed while the disk is full.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_loses_nothing_on_sqlite() {
    let mut disk = SmallDisk::new("24m", tempfile::tempdir().unwrap(), Command::new("unshare"));
    let program = |disk: &SmallDisk| {
        let mut inside = disk.inside();
        inside.arg(format!("--wdns={}", disk.folder.path().display())).arg(tamis().get_program());
        inside
    };
    let settings = [("TAMIS_STORE__URL", "sqlite:small/tamis.db"), ("TAMIS_LIMITS__SITE", "off")];
    let mut server = Server::start_under(program(&disk), &settings);
    let (mut answered, mut slowest) = (HashMap::new(), Duration::ZERO);
    let times = times(4);
    for round in 0..times {
        let load = Load::on(&server, round);
        load.until_answered(40).await;
        fill_up(&server, &mut disk, &load).await;
        if round % 2 == 0 {
            disk.free();
            let begun = Instant::now();
            load.until_answered(20).await;
            slowest = slowest.max(begun.elapsed());
            answered.extend(load.end().await);
        } else {
            server.kill();
            answered.extend(load.end().await);
            disk.free();
            server = server.restart_under(program(&disk));
        }
    }
    holds(&server, &answered).await;
    println!(
        "{times} times a full disk under SQLite, {} answers, answering again in at most {slowest:?}",
        answered.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_of_tables_loses_nothing_on_postgresql() {
    println!("{}", on_a_full_disk(OnSmallDisk::Tables, 64).await);
}

/// PostgreSQL itself ends when it cannot write its log, and may need to be started again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_of_the_log_loses_nothing_on_postgresql() {
    println!("{}", on_a_full_disk(OnSmallDisk::Log, 64).await);
}

/// What was tried and how long it took.
async fn on_a_full_disk(part: OnSmallDisk, megabytes: u32) -> String {
    let (mut cluster, mut disk) = Cluster::start_on_small_disk(part, megabytes);
    let url = cluster.database().await;
    let server = Server::start_with(&on_postgres(&url, &[]));
    let (mut answered, mut slowest) = (HashMap::new(), Duration::ZERO);
    let times = times(4);
    for round in 0..times {
        let load = Load::on(&server, round);
        load.until_answered(40).await;
        fill_up(&server, &mut disk, &load).await;
        disk.free();
        cluster.revive();
        let begun = Instant::now();
        load.until_answered(20).await;
        slowest = slowest.max(begun.elapsed());
        answered.extend(load.end().await);
    }
    holds(&server, &answered).await;
    // Before its disk.
    drop(cluster);
    let answered = answered.len();
    format!(
        "{times} times a full disk under PostgreSQL ({part:?}), {answered} answers, answering again in at most {slowest:?}"
    )
}
