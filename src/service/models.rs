//! The models of the registry and the built-in one, and which of them decide now.

mod refresh;

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::civil::Date;
use tokio::sync::Mutex;

use crate::domain::activation::{InUse, ModelVersion, NotAVersion, Scope};
use crate::domain::classifier::{self, card::Card};
use crate::domain::classifier::{Model, ModelError};
use crate::ports::registry::{Registry, RegistryError};

/// Every model there is, and what the running server knows of them.
pub struct Models {
    registry: Arc<dyn Registry>,
    built_in: Arc<Model>,
    problems: ArcSwap<Vec<String>>,
    loaded: Mutex<refresh::Loaded>,
}

/// Why a model cannot decide.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelUnusable {
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("model {version} in {place}: {cause}")]
    Unreadable { version: ModelVersion, place: String, cause: ModelError },
    #[error("the file of model {version} in {place} holds model {found}; give it the name {found}.tamis")]
    Misnamed { version: ModelVersion, place: String, found: String },
}

/// A model of the list: its card, or why it cannot be used.
#[derive(Debug)]
pub struct Listed {
    pub version: ModelVersion,
    pub card: Result<Card, ModelUnusable>,
}

impl Models {
    pub fn new(registry: Arc<dyn Registry>, built_in: Model) -> Self {
        Self { registry, built_in: Arc::new(built_in), problems: ArcSwap::default(), loaded: Mutex::default() }
    }

    pub fn built_in(&self) -> &Arc<Model> {
        &self.built_in
    }

    /// Where the registry is, for messages.
    pub fn place(&self) -> String {
        self.registry.place()
    }

    /// Reads a model and checks it.
    ///
    /// # Errors
    /// It is not there, is damaged or of another format, or the registry is away.
    pub async fn load(&self, version: &ModelVersion) -> Result<Arc<Model>, ModelUnusable> {
        if version.as_str() == self.built_in.version() {
            return Ok(Arc::clone(&self.built_in));
        }
        let bytes = self.registry.read(version).await?;
        let (version, place) = (version.clone(), self.place());
        match Model::read(&bytes) {
            Err(cause) => Err(ModelUnusable::Unreadable { version, place, cause }),
            Ok(model) if model.version() != version.as_str() => {
                Err(ModelUnusable::Misnamed { version, place, found: model.version().to_owned() })
            }
            Ok(model) => Ok(Arc::new(model)),
        }
    }

    /// A model's file as it is.
    ///
    /// # Errors
    /// It is not there, or the registry is away.
    pub async fn file(&self, version: &ModelVersion) -> Result<Vec<u8>, RegistryError> {
        match version.as_str() == self.built_in.version() {
            true => Ok(classifier::built_in().to_vec()),
            false => self.registry.read(version).await,
        }
    }

    /// All models, oldest first; the built-in one is always among them.
    ///
    /// # Errors
    /// The registry is away.
    pub async fn list(&self) -> Result<Vec<Listed>, RegistryError> {
        let mut versions = self.registry.list().await?;
        versions.extend(ModelVersion::parse(self.built_in.version()).ok());
        versions.sort();
        versions.dedup();
        let mut listed = Vec::with_capacity(versions.len());
        for version in versions {
            let card = self.load(&version).await.map(|model| model.card().clone());
            listed.push(Listed { version, card });
        }
        Ok(listed)
    }

    /// The models of the registry that were trained on a day or after, by the day in their version.
    ///
    /// # Errors
    /// The registry is away.
    pub async fn trained_since(&self, day: Date) -> Result<Vec<ModelVersion>, RegistryError> {
        let mut versions = self.registry.list().await?;
        versions.retain(|version| version.trained_on().is_none_or(|trained| trained >= day));
        Ok(versions)
    }

    /// Puts a model file into the registry, once it has been read and found sound.
    ///
    /// # Errors
    /// It is no model that this build can use, its version is there already, or the registry is away.
    pub async fn add(&self, bytes: Vec<u8>) -> Result<ModelVersion, AddError> {
        let version = ModelVersion::parse(Model::read(&bytes)?.version())?;
        self.registry.write(&version, bytes).await?;
        Ok(version)
    }

    /// The model that decides in a scope: its own, else the default's, else the built-in one.
    ///
    /// # Errors
    /// It cannot be used.
    pub async fn active(&self, in_use: &InUse, scope: Scope) -> Result<Arc<Model>, ModelUnusable> {
        match in_use.own(scope).or_else(|| in_use.own(Scope::Default)) {
            Some(version) => self.load(version).await,
            None => Ok(Arc::clone(&self.built_in)),
        }
    }

    /// What keeps the models that should decide from deciding, a sentence each; the ones that ran before go on.
    pub fn problems(&self) -> Arc<Vec<String>> {
        self.problems.load_full()
    }
}

/// Why a file cannot be added to the registry.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("the model's date makes no version: {0}; train it anew")]
    Version(#[from] NotAVersion),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}
