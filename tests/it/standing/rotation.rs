//! A moderator's word on an author over the rotation and the destruction of the keys of addresses, on a clock that moves.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tamis::adapters::memory::MemoryLimiter;
use tamis::adapters::memory::sightings::MemorySightings;
use tamis::adapters::registry::ObjectRegistry;
use tamis::adapters::sqlite::{Options, SqliteStore};
use tamis::adapters::system::SystemRandom;
use tamis::domain::campaign::CampaignLimits;
use tamis::domain::classifier::Model;
use tamis::domain::comment::Comment;
use tamis::domain::decision::Thresholds;
use tamis::domain::history::Period;
use tamis::domain::retention::Retention;
use tamis::domain::rules::RuleSet;
use tamis::domain::secrets::SealingKey;
use tamis::domain::sieve::Sieve;
use tamis::domain::site::Site;
use tamis::domain::standing::{Standing, Term};
use tamis::ports::clock::Clock;
use tamis::ports::store::Store;
use tamis::service::moderate::Moderated;
use tamis::service::retention::Walk;
use tamis::service::{AddressKeys, Keys, Models, Quotas, Service, SharedNetworks, Sieves, StoreDown};
use tempfile::TempDir;

use super::GOOD;
use crate::store::samples;

const LEA: Option<&str> = Some("lea@exemple.fr");

/// Goes where it is put.
struct Watch(Mutex<Timestamp>);

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A service on a store of its own, whose time can be moved.
struct Bench {
    service: Service,
    store: Arc<SqliteStore>,
    watch: Arc<Watch>,
    site: Site,
    _folder: TempDir,
}

impl Bench {
    /// At the first moment of a period.
    async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let store = Arc::new(SqliteStore::open(&at("tamis.db"), Options::default()).await.unwrap());
        let site = samples::site(1);
        store.add_site(&site).await.unwrap();
        let watch = Arc::new(Watch(Mutex::new(Timestamp::from_second(1_385 * Period::STEP.as_secs()).unwrap())));
        let model = Model::built_in().unwrap();
        let rules = Arc::new(RuleSet::built_in().unwrap());
        let thresholds = Thresholds::default();
        let sealing = SealingKey::from_secret("un secret");
        let service = Service {
            store: store.clone(),
            privacy: store.clone(),
            queue: store.clone(),
            authors: store.clone(),
            standings: store.clone(),
            approvals: store.clone(),
            limiter: Arc::new(MemoryLimiter::default()),
            sightings: Arc::new(MemorySightings::default()),
            clock: watch.clone(),
            random: Arc::new(SystemRandom),
            sieves: Sieves::new(Sieve { rules, model: Arc::new(model.clone()), shadow: None, thresholds }),
            models: Models::new(Arc::new(ObjectRegistry::open(&at("models")).unwrap()), model),
            keys: Keys::load(store.as_ref(), sealing, &SystemRandom).await.unwrap(),
            address_keys: AddressKeys::default(),
            shared_networks: SharedNetworks::default(),
            quotas: Quotas::default(),
            campaigns: CampaignLimits::default(),
            store_down: StoreDown::default(),
        };
        Self { service, store, watch, site, _folder: folder }
    }

    async fn send(&self, external_id: &str, email: Option<&str>) -> Moderated {
        let author = json!({ "name": "Léa Marchand", "email": email, "ip": "203.0.113.7" });
        let draft = json!({ "external_id": external_id, "body": GOOD, "author": author });
        let comment = Comment::parse(serde_json::from_value(draft).unwrap()).unwrap();
        self.service.moderate(&self.site, &comment, None).await.unwrap()
    }

    /// What is said of a comment that is sent now, by the ids of signals.
    async fn says(&self, external_id: &str, email: Option<&str>) -> Vec<String> {
        self.send(external_id, email).await.answer.signals.into_iter().map(|signal| signal.id).collect()
    }

    /// Some periods on, after retention came by.
    async fn pass(&self, periods: u32) {
        let now = self.watch.now() + Period::STEP * i32::try_from(periods).unwrap();
        *self.watch.0.lock().unwrap() = now;
        let year = SignedDuration::from_hours(24 * 365);
        let retention = Retention { held: year, rejected: year, approved: year, examples: year };
        let mut walk = Walk::default();
        while walk.step(self.store.as_ref(), &retention, now).await.unwrap() {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trust_is_renewed_while_its_author_comes_and_ends_when_they_stay_away() {
    let bench = Bench::open().await;
    let id = bench.send("wp-1", LEA).await.answer.id.unwrap();
    let year = Term::of_days(365).unwrap();
    bench.service.give_standing(&bench.site, id, "Léa", Standing::Trusted, year).await.unwrap();
    let trusted = async || bench.service.profile(&bench.site, id).await.unwrap().given.is_some();
    for period in 0..5 {
        bench.pass(1).await;
        bench.send(&format!("wp-1{period}"), LEA).await;
        assert!(trusted().await, "{period}");
    }
    bench.pass(2).await;
    assert!(!trusted().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_on_an_address_ends_with_its_key_and_one_on_an_e_mail_does_not() {
    let bench = Bench::open().await;
    let year = Term::of_days(365).unwrap();
    let nameless = bench.send("wp-1", None).await.answer.id.unwrap();
    bench.service.give_standing(&bench.site, nameless, "Léa", Standing::Blocked, year).await.unwrap();
    let blocked = "author.blocked".to_owned();
    bench.pass(1).await;
    assert!(bench.says("wp-2", None).await.contains(&blocked));
    bench.pass(1).await;
    assert!(!bench.says("wp-3", None).await.contains(&blocked));

    let named = bench.send("wp-4", LEA).await.answer.id.unwrap();
    bench.service.give_standing(&bench.site, named, "Léa", Standing::Blocked, year).await.unwrap();
    bench.pass(20).await;
    assert!(bench.says("wp-5", LEA).await.contains(&blocked));
    bench.pass(5).await;
    assert!(!bench.says("wp-6", LEA).await.contains(&blocked), "a year is over");
}
