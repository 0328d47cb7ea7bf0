//! The model file: self-describing, versioned, checksummed.
//!
//! ```text
//! TAMISMDL            8 bytes
//! format              u32, this build writes 1
//! sections            each: 4-byte name, u64 length, that many bytes
//!   CARD              JSON, see `Card`
//!   SPAM, ABUS        the heads' weights: keys (u64, ascending), then as many weights (f32)
//!   NAME              feature names for people: key (u64, ascending), length (u16), UTF-8
//! SHA-256             32 bytes, over everything before
//! ```
//! Numbers are little-endian. A section of another name is skipped, so a later build may add facts that an older one
//! does not need; whatever changes the meaning of a score raises `format`.

use sha2::{Digest, Sha256};

use super::ModelError;
use super::card::{Card, HeadFacts, LanguageFacts};
use super::features::{Key, TOKENIZER};
use super::names::Names;
use super::weights::Weights;

const MAGIC: &[u8; 8] = b"TAMISMDL";
const FORMAT: u32 = 1;
const DIGEST: usize = 32;
const HEADER: usize = MAGIC.len() + 4;
/// Log odds of ±50 say "never": no weight of a fitted model comes near.
const LARGEST: f64 = 50.0;

/// A model file's parts.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub card: Card,
    pub weights: Weights,
    pub names: Names,
    /// The first six hexadecimal digits of the checksum.
    pub stamp: String,
}

/// Writes a model file. The pairs must be sorted by key and distinct.
pub fn write(card: &Card, spam: &[(Key, f32)], abuse: &[(Key, f32)], names: &[(Key, String)]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend(FORMAT.to_le_bytes());
    // A card that could not be written would not be read back, and training reads back what it writes.
    let json = serde_json::to_vec(card).unwrap_or_default();
    section(&mut file, b"CARD", &json);
    section(&mut file, b"SPAM", &weights_out(spam));
    section(&mut file, b"ABUS", &weights_out(abuse));
    section(&mut file, b"NAME", &names_out(names));
    let digest = Sha256::digest(&file);
    file.extend(digest);
    file
}

fn section(file: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    file.extend(name);
    file.extend((body.len() as u64).to_le_bytes());
    file.extend(body);
}

fn weights_out(pairs: &[(Key, f32)]) -> Vec<u8> {
    let keys = pairs.iter().flat_map(|(key, _)| key.to_le_bytes());
    let values = pairs.iter().flat_map(|(_, value)| value.to_le_bytes());
    keys.chain(values).collect()
}

fn names_out(names: &[(Key, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (key, name) in names {
        let Ok(length) = u16::try_from(name.len()) else { continue };
        out.extend(key.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.extend(name.as_bytes());
    }
    out
}

/// Reads a model file whole, or says why it cannot be used.
pub(super) fn read(bytes: &[u8]) -> Result<Parts, ModelError> {
    let (body, stamp) = checked(bytes)?;
    let mut rest = Reader(body);
    let (mut card, mut spam, mut abuse, mut names) = (None, None, None, None);
    while let Some(name) = rest.take(4) {
        let body = rest.u64().and_then(|length| rest.take(usize::try_from(length).ok()?)).ok_or(ModelError::Cut)?;
        match name {
            b"CARD" => card = Some(read_card(body)?),
            b"SPAM" => spam = Some(read_weights(body, "SPAM")?),
            b"ABUS" => abuse = Some(read_weights(body, "ABUS")?),
            b"NAME" => names = Some(read_names(body)?),
            _ => {}
        }
    }
    if !rest.0.is_empty() {
        return Err(ModelError::Cut);
    }
    let (spam, abuse) = (spam.ok_or(ModelError::Missing("SPAM"))?, abuse.ok_or(ModelError::Missing("ABUS"))?);
    Ok(Parts {
        card: card.ok_or(ModelError::Missing("CARD"))?,
        weights: Weights::new(&spam, &abuse),
        names: names.ok_or(ModelError::Missing("NAME"))?,
        stamp,
    })
}

/// The sections, once the file is known to be whole and of a format that this build reads.
fn checked(bytes: &[u8]) -> Result<(&[u8], String), ModelError> {
    if !bytes.starts_with(MAGIC) {
        return Err(ModelError::NotAModel);
    }
    let mut header = Reader(bytes.get(MAGIC.len()..).unwrap_or_default());
    let format = header.u32().ok_or(ModelError::Cut)?;
    if format != FORMAT {
        return Err(ModelError::Format { found: format, known: FORMAT });
    }
    let end = bytes.len().checked_sub(DIGEST).filter(|&end| end >= HEADER).ok_or(ModelError::Cut)?;
    let (content, digest) = bytes.split_at(end);
    if Sha256::digest(content).as_slice() != digest {
        return Err(ModelError::Damaged);
    }
    let stamp = digest.iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    Ok((content.get(HEADER..).unwrap_or_default(), stamp))
}

fn read_card(body: &[u8]) -> Result<Card, ModelError> {
    let card: Card = serde_json::from_slice(body).map_err(|error| ModelError::Card(error.to_string()))?;
    if card.tokenizer != TOKENIZER {
        return Err(ModelError::Tokenizer { found: card.tokenizer, known: TOKENIZER });
    }
    for head in [&card.spam, &card.abuse] {
        check_head(head)?;
    }
    Ok(card)
}

fn check_head(head: &HeadFacts) -> Result<(), ModelError> {
    let sound = |facts: &LanguageFacts| {
        (0.0..=1.0).contains(&facts.openness)
            && (0.0..=LARGEST).contains(&facts.line.slope)
            && (-LARGEST..=LARGEST).contains(&facts.line.intercept)
            && facts.lowest(head.floor) <= facts.ceiling
    };
    if std::iter::once(&head.elsewhere).chain(head.languages.values()).all(sound) {
        Ok(())
    } else {
        Err(ModelError::Number("CARD"))
    }
}

fn read_weights(body: &[u8], section: &'static str) -> Result<Vec<(Key, f32)>, ModelError> {
    if !body.len().is_multiple_of(12) {
        return Err(ModelError::Cut);
    }
    let (keys, values) = body.split_at(body.len() / 12 * 8);
    let (keys, values) = (keys.as_chunks::<8>().0, values.as_chunks::<4>().0);
    let keys = keys.iter().map(|bytes| Key::from_le_bytes(*bytes));
    let pairs: Vec<_> = keys.zip(values.iter().map(|bytes| f32::from_le_bytes(*bytes))).collect();
    if !pairs.is_sorted_by(|(a, _), (b, _)| a < b) {
        return Err(ModelError::Order(section));
    }
    if !pairs.iter().all(|(_, weight)| f64::from(weight.abs()) <= LARGEST) {
        return Err(ModelError::Number(section));
    }
    Ok(pairs)
}

fn read_names(body: &[u8]) -> Result<Names, ModelError> {
    let mut rest = Reader(body);
    let mut names = Names::default();
    let mut last = None;
    while !rest.0.is_empty() {
        let key = rest.u64().ok_or(ModelError::Cut)?;
        let length = rest.u16().ok_or(ModelError::Cut)?;
        let name = rest.take(usize::from(length)).ok_or(ModelError::Cut)?;
        let name = std::str::from_utf8(name).map_err(|_| ModelError::Order("NAME"))?;
        if last.is_some_and(|last| last >= key) {
            return Err(ModelError::Order("NAME"));
        }
        last = Some(key);
        names.push(key, name);
    }
    Ok(names)
}

/// Bytes that are taken from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}
