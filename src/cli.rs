//! The command line: one file a command. Results go to standard output, progress and logs to standard error.

mod check;
mod config;
mod corpus;
mod demo;
mod error;
mod evaluate;
mod health;
mod models;
mod moderator;
mod privacy;
mod replay;
mod serve;
mod site;
mod store;
mod train;
mod wiring;
mod words;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use error::{CliError, Outcome};

/// Comment moderation that stays on your machine: approve, hold or reject, with reasons
#[derive(Debug, Parser)]
#[command(name = "tamis", version, arg_required_else_help = true)]
pub struct Cli {
    /// Configuration file [default: tamis.toml, if there is one]
    #[arg(long, global = true, env = "TAMIS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer host sites over HTTP
    Serve(serve::Serve),
    /// Decide on JSON lines without a server
    Check(check::Check),
    /// Start a server on a temporary store, send it a dozen comments, show the verdicts
    Demo(demo::Demo),
    /// Gather labelled examples
    #[command(subcommand)]
    Corpus(corpus::CorpusCommand),
    /// Train a model on labelled JSON lines
    Train(train::Train),
    /// Measure what a model trained on labelled JSON lines is worth
    Evaluate(evaluate::Evaluate),
    /// Decide anew on stored comments and show what would change
    Replay(replay::Replay),
    /// Show the models, and change which one decides
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Add and list sites, replace their keys
    #[command(subcommand)]
    Site(site::SiteCommand),
    /// Add and list moderators, keep them out
    #[command(subcommand)]
    Moderator(moderator::ModeratorCommand),
    /// Look after the store: bring its schema up to date, check it, copy it to another
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Show what is held about people, export it, erase it
    #[command(subcommand)]
    Privacy(privacy::PrivacyCommand),
    /// Show or check the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Ask the running server whether it is ready
    Health(health::Health),
}

impl Cli {
    /// Runs one command.
    ///
    /// # Errors
    /// What kept it from being done, with what to do next.
    pub fn run(self) -> Result<Outcome, CliError> {
        let config = self.config.as_deref();
        match self.command {
            Command::Serve(command) => command.run(config),
            Command::Check(command) => command.run(config),
            Command::Demo(command) => command.run(),
            Command::Corpus(command) => command.run(config),
            Command::Train(command) => command.run(config),
            Command::Evaluate(command) => command.run(config),
            Command::Replay(command) => command.run(config),
            Command::Models(command) => command.run(config),
            Command::Site(command) => command.run(config),
            Command::Moderator(command) => command.run(config),
            Command::Store(command) => command.run(config),
            Command::Privacy(command) => command.run(config),
            Command::Config(command) => command.run(config),
            Command::Health(command) => command.run(config),
        }
    }
}

/// One line of a result.
fn print(line: &str) -> Result<(), CliError> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{line}").map_err(|error| unwritable(&error))
}

fn unwritable(error: &std::io::Error) -> CliError {
    let told = CliError::new(format!("the result cannot be written to standard output: {error}"));
    if error.kind() == std::io::ErrorKind::BrokenPipe { told.quietly() } else { told }
}

fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::new(format!("the process cannot start its threads: {error}")))
}

/// A client for this machine's own server.
fn loopback_client() -> reqwest::ClientBuilder {
    let client = reqwest::Client::builder().no_proxy();
    // Plain HTTP needs neither certificates nor a provider of TLS, but a client that knows TLS looks for both.
    #[cfg(feature = "s3")]
    let client = {
        let _ = rustls::crypto::ring::default_provider().install_default();
        client.tls_certs_only([])
    };
    client
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_well_formed() {
        super::Cli::command().debug_assert();
    }
}
