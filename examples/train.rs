//! Trains or evaluates from the command line: `cargo run --example train -- train|evaluate DATE OUT FILE…`.
#![allow(clippy::print_stdout, reason = "a command line program prints")]

use std::error::Error;
use std::path::PathBuf;

use tamis::training::{Budgets, Sources, TrainOptions, evaluate, train};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "train|evaluate DATE OUT FILE…";
    let command = arguments.next().ok_or(usage)?;
    let date = arguments.next().ok_or(usage)?.parse()?;
    let out = PathBuf::from(arguments.next().ok_or(usage)?);
    let files = arguments.map(PathBuf::from).collect();
    let options =
        TrainOptions { files, sources: Sources::shipped()?, seed: 1, date, parent: None, budgets: Budgets::default() };
    match command.as_str() {
        "evaluate" => {
            let report = evaluate(&options, &mut |_| {})?;
            std::fs::write(out, serde_json::to_vec_pretty(&report)?)?;
            println!("{}", report.table());
        }
        _ => {
            let trained = train(&options, &mut |_| {})?;
            let path = out.join(format!("{}.tamis", trained.version));
            println!("{} ({} bytes)", path.display(), trained.model_bytes.len());
            std::fs::write(path, trained.model_bytes)?;
        }
    }
    Ok(())
}
