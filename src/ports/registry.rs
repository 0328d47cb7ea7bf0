//! The trained models, as files that never change.

use async_trait::async_trait;

use crate::domain::activation::ModelVersion;

/// Model files by version. What is in a file is the reader's to check: its checksum stands in it.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Where the files lie, for messages.
    fn place(&self) -> String;

    /// The versions there are, in order; files that are not named like a model are passed over.
    async fn list(&self) -> Result<Vec<ModelVersion>, RegistryError>;

    /// A model file, whole.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`], [`RegistryError::TooLarge`], or the registry is away.
    async fn read(&self, version: &ModelVersion) -> Result<Vec<u8>, RegistryError>;

    /// Adds a model file; once this returns, a reader finds it whole.
    ///
    /// # Errors
    /// [`RegistryError::Taken`] when there is a file of that version: it stays as it is.
    async fn write(&self, version: &ModelVersion, bytes: Vec<u8>) -> Result<(), RegistryError>;
}

/// The largest model file that is read, in bytes: some thirty times the shipped one.
pub const LARGEST_MODEL: u64 = 64 << 20;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    #[error("there is no model {version} in {place}")]
    NotFound { version: ModelVersion, place: String },
    #[error("there is a model {version} in {place} already, and a version never changes")]
    Taken { version: ModelVersion, place: String },
    #[error("the file of model {version} in {place} is larger than {LARGEST_MODEL} bytes, which no model is")]
    TooLarge { version: ModelVersion, place: String },
    #[error("the model registry {place} cannot be used: {cause}")]
    Unavailable { place: String, cause: String },
}
