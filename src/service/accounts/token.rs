//! The tokens of cookies and links: 256 random bits, of which the store knows the digest alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::secrets::key_digest;
use crate::ports::clock::Random;

/// A token as its owner holds it. It does not print itself.
#[derive(Clone, Debug)]
pub struct Token(SecretString);

impl Token {
    pub fn draw(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// What a client sent: looked up by its digest, so that nothing of it is compared byte by byte.
    pub fn sent(token: &str) -> Self {
        Self(token.into())
    }

    pub fn digest(&self) -> [u8; 32] {
        key_digest(self.0.expose_secret())
    }

    /// What forms carry beside the cookie: it follows from the token, and does not lead back to it.
    pub fn form_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(key_digest(&format!("form token of {}", self.0.expose_secret())))
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub fn into_secret(self) -> SecretString {
        self.0
    }
}
