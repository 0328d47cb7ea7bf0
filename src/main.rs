//! Parses the command line, runs one command, prints what went wrong and what to do next, and says it by exit code.

use std::process::ExitCode;

use clap::Parser;
use tamis::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(outcome) => outcome.into(),
        Err(error) if error.is_quiet() => ExitCode::from(2),
        Err(error) => {
            eprintln!("tamis: {error}");
            if let Some(hint) = error.hint() {
                eprintln!("  hint: {hint}");
            }
            ExitCode::from(2)
        }
    }
}
