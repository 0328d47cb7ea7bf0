//! Passwords: argon2id, on threads of their own, a few at once.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::domain::moderator::Moderator;
use crate::ports::clock::Random;
use crate::ports::store::StoreError;

/// Hashes computed at once: each takes 19 MiB and a core for some 20 ms.
const AT_ONCE: usize = 2;

/// Fewest and most characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 12..=256;

/// A password that would be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("a password has 12 to 256 characters")]
    Length,
    #[error("a password is not the e-mail, the name, or one character again and again")]
    Obvious,
}

/// Hashes and checks passwords.
pub struct Passwords {
    turns: Semaphore,
    /// What a password is checked against where there is none, so that it takes as long.
    nobodys: Arc<str>,
}

impl Passwords {
    /// # Errors
    /// argon2 refuses its own defaults: never.
    pub fn new(random: &dyn Random) -> Result<Self, StoreError> {
        let mut password = [0; 32];
        random.fill(&mut password);
        Ok(Self { turns: Semaphore::new(AT_ONCE), nobodys: hash(&password, &salt(random))?.into() })
    }

    /// The PHC string of a new password.
    ///
    /// # Errors
    /// The thread was lost.
    pub async fn hash(&self, password: SecretString, random: &dyn Random) -> Result<String, StoreError> {
        let salt = salt(random);
        self.in_turn(move || hash(password.expose_secret().as_bytes(), &salt)).await?
    }

    /// Whether the password is the one of the hash; with no hash it takes as long, and is not.
    ///
    /// # Errors
    /// The thread was lost.
    pub async fn matches(&self, password: SecretString, known: Option<String>) -> Result<bool, StoreError> {
        let is_known = known.is_some();
        let against = known.map_or_else(|| Arc::clone(&self.nobodys), Arc::from);
        let matches = self.in_turn(move || verify(password.expose_secret().as_bytes(), &against)).await?;
        Ok(matches && is_known)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
        let lost =
            |error: &dyn std::fmt::Display| StoreError::Unavailable(format!("a password was not checked ({error})"));
        let _turn = self.turns.acquire().await.map_err(|error| lost(&error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| lost(&error))
    }
}

/// Whether a moderator may have this password. Rules about kinds of characters make passwords worse; there are none.
///
/// # Errors
/// Which rule it breaks.
pub fn check(password: &str, moderator: &Moderator) -> Result<(), WeakPassword> {
    if !LENGTHS.contains(&password.chars().count()) {
        return Err(WeakPassword::Length);
    }
    let small = password.to_lowercase();
    let known = [moderator.email.as_str().to_owned(), moderator.name.as_str().to_lowercase()];
    let first = small.chars().next();
    if known.contains(&small) || small.chars().all(|c| Some(c) == first) {
        return Err(WeakPassword::Obvious);
    }
    Ok(())
}

fn salt(random: &dyn Random) -> [u8; 16] {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    salt
}

fn hash(password: &[u8], salt: &[u8]) -> Result<String, StoreError> {
    let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password, salt);
    let unhashed = |error| StoreError::Unavailable(format!("a password cannot be hashed ({error})"));
    hash.map(|hash| hash.to_string()).map_err(unhashed)
}

fn verify(password: &[u8], known: &str) -> bool {
    PasswordHash::new(known).is_ok_and(|known| Argon2::default().verify_password(password, &known).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zero;

    impl Random for Zero {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[tokio::test]
    async fn a_password_is_known_by_a_slow_hash() {
        let passwords = Passwords::new(&Zero).unwrap();
        let hash = passwords.hash("correct horse battery".into(), &Zero).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.matches("correct horse battery".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.matches("correct horse batterz".into(), Some(hash)).await.unwrap());
        assert!(!passwords.matches("correct horse battery".into(), None).await.unwrap());
    }
}
