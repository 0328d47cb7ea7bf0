//! Whether the server keeps what it says it has written, also through a power cut.

use sqlx::postgres::PgConnection;

use super::fault::explain;
use crate::ports::store::StoreError;
use crate::ports::upkeep::Finding;

const SETTINGS: &str = "SELECT current_setting('fsync'), current_setting('full_page_writes'), \
     current_setting('synchronous_commit')";

/// # Errors
/// It does not, and `required`; else that is logged.
pub(super) async fn check(connection: &mut PgConnection, required: bool) -> Result<(), StoreError> {
    let Some(sentence) = doubt(connection).await? else { return Ok(()) };
    if required {
        return Err(StoreError::Unavailable(format!(
            "{sentence}. Set it to `on`, or `store.require_durable = false` to run all the same"
        )));
    }
    tracing::warn!("PostgreSQL {sentence}; `store.require_durable = false` lets Tamis run all the same");
    Ok(())
}

/// The same for whoever looks at the store.
pub(super) async fn finding(connection: &mut PgConnection) -> Result<Option<Finding>, StoreError> {
    let remedy = "set it to `on` in postgresql.conf, and reload PostgreSQL".to_owned();
    Ok(doubt(connection).await?.map(|what| Finding { what, remedy }))
}

async fn doubt(connection: &mut PgConnection) -> Result<Option<String>, StoreError> {
    let settings = sqlx::query_as::<_, (String, String, String)>(SETTINGS);
    let (fsync, full_page_writes, synchronous_commit) =
        settings.fetch_one(connection).await.map_err(|error| explain(&error))?;
    let doubted = unsafe_setting(&fsync, &full_page_writes, &synchronous_commit);
    Ok(doubted.map(|name| format!("runs with `{name} = off`: a power cut can lose decisions that were answered")))
}

/// `synchronous_commit` has other values than off (local, remote_write, remote_apply): all wait for this server's disk.
fn unsafe_setting(fsync: &str, full_page_writes: &str, synchronous_commit: &str) -> Option<&'static str> {
    let settings =
        [("fsync", fsync), ("full_page_writes", full_page_writes), ("synchronous_commit", synchronous_commit)];
    settings.into_iter().find(|(_, value)| *value == "off").map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_waits_for_the_disk_is_safe() {
        assert_eq!(unsafe_setting("on", "on", "on"), None);
        assert_eq!(unsafe_setting("on", "on", "remote_apply"), None);
        assert_eq!(unsafe_setting("off", "on", "on"), Some("fsync"));
        assert_eq!(unsafe_setting("on", "off", "on"), Some("full_page_writes"));
        assert_eq!(unsafe_setting("on", "on", "off"), Some("synchronous_commit"));
    }
}
