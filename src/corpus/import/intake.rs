//! A file as a stream of UTF-8 that counts its lines and refuses to let one piece of it fill the memory.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

/// The most bytes of one piece: an element, a row, a line.
pub const MOST_PIECE: u64 = 32 << 20;

/// How a file is encoded, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset {
    pub encoding: &'static Encoding,
    /// Places that are no UTF-8 in a file that otherwise is; each becomes U+FFFD.
    pub damaged: u64,
}

impl Charset {
    /// Reads the whole file: its byte-order mark decides, or else whether it is UTF-8; what is neither is Windows-1252.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn guess(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let (mut buffer, mut held, mut tally) = (vec![0; 1 << 16], 0, Tally::default());
        loop {
            let read = file.read(buffer.get_mut(held..).unwrap_or_default())?;
            let bytes = buffer.get(..held + read).unwrap_or_default();
            if tally.chunks == 0
                && let Some((encoding, _)) = Encoding::for_bom(bytes)
            {
                return Ok(Self { encoding, damaged: 0 });
            }
            let rest = tally.add(bytes);
            if read == 0 {
                tally.damaged += rest as u64;
                return Ok(tally.verdict());
            }
            let end = held + read;
            buffer.copy_within(end - rest..end, 0);
            held = rest;
        }
    }
}

/// What stands in a file beyond ASCII.
#[derive(Default)]
struct Tally {
    chunks: u64,
    sound: u64,
    damaged: u64,
}

impl Tally {
    /// Counts, and says how many bytes at the end may be the beginning of a character.
    fn add(&mut self, bytes: &[u8]) -> usize {
        self.chunks += 1;
        let mut rest = 0;
        for chunk in bytes.utf8_chunks() {
            self.sound += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count() as u64;
            rest = chunk.invalid().len();
            self.damaged += u64::from(rest > 0);
        }
        let cut = rest > 0
            && std::str::from_utf8(bytes.get(bytes.len() - rest..).unwrap_or_default())
                .is_err_and(|error| error.error_len().is_none());
        self.damaged -= u64::from(cut);
        if cut { rest } else { 0 }
    }

    fn verdict(&self) -> Charset {
        match self.damaged > self.sound {
            true => Charset { encoding: WINDOWS_1252, damaged: 0 },
            false => Charset { encoding: UTF_8, damaged: self.damaged },
        }
    }
}

/// Where the parser above an [`Intake`] is; it shares this with the intake.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Rc<Marks>);

#[derive(Debug, Default)]
struct Marks {
    bytes: Cell<u64>,
    lines: Cell<u64>,
    piece: Cell<u64>,
}

impl Gauge {
    /// Bytes of the file read so far.
    pub fn bytes(&self) -> u64 {
        self.0.bytes.get()
    }

    /// The number of the line that is read now, from 1.
    pub fn line(&self) -> u64 {
        self.0.lines.get() + 1
    }

    /// A new piece begins.
    pub fn begin(&self) {
        self.0.piece.set(0);
    }

    fn consume(&self, bytes: &[u8]) {
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.0.lines.set(self.0.lines.get() + ends);
        self.0.piece.set(self.0.piece.get() + bytes.len() as u64);
    }

    fn check(&self) -> io::Result<()> {
        match self.0.piece.get() > MOST_PIECE {
            true => Err(io::Error::other(format!("a single piece of it is longer than {} MiB", MOST_PIECE >> 20))),
            false => Ok(()),
        }
    }
}

/// A file that tells how much of it was read.
#[derive(Debug)]
struct Counted {
    file: File,
    gauge: Gauge,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.gauge.0.bytes.set(self.gauge.bytes() + read as u64);
        Ok(read)
    }
}

/// The file as UTF-8, without its byte-order mark.
pub struct Intake {
    reader: BufReader<DecodeReaderBytes<Counted, Vec<u8>>>,
    gauge: Gauge,
}

impl Intake {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(path: &Path, encoding: &'static Encoding) -> io::Result<Self> {
        let gauge = Gauge::default();
        let counted = Counted { file: File::open(path)?, gauge: gauge.clone() };
        let decoded = DecodeReaderBytesBuilder::new().encoding(Some(encoding)).strip_bom(true).build(counted);
        Ok(Self { reader: BufReader::new(decoded), gauge })
    }

    pub fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }
}

impl Read for Intake {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.gauge.check()?;
        let read = self.reader.read(buffer)?;
        self.gauge.consume(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl BufRead for Intake {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.gauge.check()?;
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.gauge.consume(self.reader.buffer().get(..amount).unwrap_or_default());
        self.reader.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(bytes: &[u8]) -> (&'static str, u64) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let charset = Charset::guess(file.path()).unwrap();
        (charset.encoding.name(), charset.damaged)
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(guess(b"abc"), ("UTF-8", 0));
        assert_eq!(guess("été à Noël".as_bytes()), ("UTF-8", 0));
        assert_eq!(guess(b"\xe9t\xe9 \xe0 No\xebl"), ("windows-1252", 0));
        assert_eq!(guess(b"\xff\xfea\0"), ("UTF-16LE", 0));
        assert_eq!(
            guess("été à l\u{e9}\u{e9}".as_bytes().iter().copied().chain(*b"\xff").collect::<Vec<_>>().as_slice()),
            ("UTF-8", 1)
        );
    }

    #[test]
    fn a_character_on_the_edge_of_a_chunk_is_whole() {
        for before in (1 << 16) - 3..(1 << 16) + 1 {
            let text = "a".repeat(before) + "€é";
            assert_eq!(guess(text.as_bytes()), ("UTF-8", 0), "{before}");
        }
    }
}
