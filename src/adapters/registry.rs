//! The model registry over `object_store`: a folder, or (feature `s3`) an S3-compatible store.
//!
//! A model is the file `VERSION.tamis` in it. Files are created, never replaced: the store itself refuses a second one
//! of a name.

#[cfg(feature = "s3")]
mod s3;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode};

use crate::domain::activation::ModelVersion;
use crate::ports::registry::{LARGEST_MODEL, Registry, RegistryError};

/// What the name of a model file ends in.
const EXTENSION: &str = "tamis";

/// A [`Registry`] in a folder or a bucket.
#[derive(Clone, Debug)]
pub struct ObjectRegistry {
    place: Place,
    /// As the operator wrote it.
    name: String,
}

#[derive(Clone, Debug)]
enum Place {
    /// Opened at each use: it may come and go, and the first model makes it.
    Folder(PathBuf),
    #[cfg(feature = "s3")]
    Bucket { store: Arc<dyn ObjectStore>, prefix: Key },
}

/// The files, and where among them the models lie.
type Files = (Arc<dyn ObjectStore>, Key);

impl ObjectRegistry {
    /// A registry at a folder's path, or at `s3://BUCKET/PREFIX`.
    ///
    /// # Errors
    /// The location is an address of another kind, or the client cannot be made.
    pub fn open(location: &str) -> Result<Self, RegistryError> {
        let unavailable = |cause: String| RegistryError::Unavailable { place: location.to_owned(), cause };
        let place = match location.split_once("://") {
            None => Place::Folder(PathBuf::from(location)),
            Some(("file", path)) if path.starts_with('/') => Place::Folder(PathBuf::from(path)),
            #[cfg(feature = "s3")]
            Some(("s3", _)) => s3::open(location).map_err(|error| unavailable(error.to_string()))?,
            _ => return Err(unavailable(format!("write {KNOWN}"))),
        };
        Ok(Self { place, name: location.to_owned() })
    }

    /// `None` where the folder does not exist.
    fn files(&self) -> Result<Option<Files>, RegistryError> {
        match &self.place {
            Place::Folder(path) => match LocalFileSystem::new_with_prefix(path) {
                Ok(files) => Ok(Some((Arc::new(files.with_fsync(true)), Key::default()))),
                Err(_) if !path.exists() => Ok(None),
                Err(error) => Err(self.unavailable(&error)),
            },
            #[cfg(feature = "s3")]
            Place::Bucket { store, prefix } => Ok(Some((Arc::clone(store), prefix.clone()))),
        }
    }

    fn make_folder(&self) -> Result<(), RegistryError> {
        match &self.place {
            Place::Folder(path) => std::fs::create_dir_all(path).map_err(|error| self.unavailable(&error)),
            #[cfg(feature = "s3")]
            Place::Bucket { .. } => Ok(()),
        }
    }

    fn unavailable(&self, cause: &dyn std::fmt::Display) -> RegistryError {
        RegistryError::Unavailable { place: self.name.clone(), cause: cause.to_string() }
    }

    fn not_found(&self, version: &ModelVersion) -> RegistryError {
        RegistryError::NotFound { version: version.clone(), place: self.name.clone() }
    }
}

#[cfg(feature = "s3")]
const KNOWN: &str = "a folder's path, or s3://BUCKET/PREFIX";
#[cfg(not(feature = "s3"))]
const KNOWN: &str = "a folder's path; this Tamis was built without the feature `s3`";

fn key(prefix: &Key, version: &ModelVersion) -> Key {
    prefix.clone().join(format!("{version}.{EXTENSION}"))
}

/// The version that a file is named by.
fn version_of(key: &Key) -> Option<ModelVersion> {
    let name = Path::new(key.filename()?);
    let is_model = name.extension().is_some_and(|extension| extension == EXTENSION);
    is_model.then(|| ModelVersion::parse(name.file_stem()?.to_str()?).ok()).flatten()
}

#[async_trait]
impl Registry for ObjectRegistry {
    fn place(&self) -> String {
        self.name.clone()
    }

    async fn list(&self) -> Result<Vec<ModelVersion>, RegistryError> {
        let Some((files, prefix)) = self.files()? else { return Ok(Vec::new()) };
        let found = files.list_with_delimiter(Some(&prefix)).await.map_err(|error| self.unavailable(&error))?;
        let mut versions: Vec<_> = found.objects.iter().filter_map(|file| version_of(&file.location)).collect();
        versions.sort();
        Ok(versions)
    }

    async fn read(&self, version: &ModelVersion) -> Result<Vec<u8>, RegistryError> {
        let (files, prefix) = self.files()?.ok_or_else(|| self.not_found(version))?;
        let failed = |error| match error {
            Error::NotFound { .. } => self.not_found(version),
            error => self.unavailable(&error),
        };
        let file = files.get(&key(&prefix, version)).await.map_err(failed)?;
        if file.meta.size > LARGEST_MODEL {
            return Err(RegistryError::TooLarge { version: version.clone(), place: self.name.clone() });
        }
        Ok(file.bytes().await.map_err(failed)?.into())
    }

    async fn write(&self, version: &ModelVersion, bytes: Vec<u8>) -> Result<(), RegistryError> {
        self.make_folder()?;
        let (files, prefix) = self.files()?.ok_or_else(|| self.unavailable(&"the folder went away"))?;
        let written = files.put_opts(&key(&prefix, version), bytes.into(), PutMode::Create.into()).await;
        written.map(drop).map_err(|error| match error {
            Error::AlreadyExists { .. } | Error::Precondition { .. } => {
                RegistryError::Taken { version: version.clone(), place: self.name.clone() }
            }
            error => self.unavailable(&error),
        })
    }
}
