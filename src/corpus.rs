//! Labelled texts in files: read from what other programs export, gathered, looked over, and read again by training.
//!
//! An *example* is a line of JSON (`line.rs`). `import` makes examples of WordPress exports, dumps and tables; a
//! [`Collection`] writes them so that each text counts once and a text with two labels counts not at all;
//! then training reads them. Memory does not grow with the files, but for a bounded number of digests.

mod collection;
pub mod import;
mod line;
mod lines;
mod seen;
mod stats;

pub use collection::{Collection, Conflict, Gathered, Unwritable, Voices};
pub use line::{Heading, Line, Row, Weight};
pub use lines::{Lines, ReadError, each, each_run};
pub use seen::{Met, Seen, digest};
pub use stats::{Doubt, SourceStats, Stats, Survey};
