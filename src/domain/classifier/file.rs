//! The model file: self-describing, versioned, checksummed.
//!
//! ```text
//! TAMISMDL            8 bytes
//! format              u32, this build writes 1
//! sections            each: 4-byte name, u64 length, that many bytes
//!   CARD              JSON, see `Card`
//!   SPAM, ABUS        the heads' weights: keys (u64, ascending), then as many weights (f32)
//!   NAME              feature names for people: key (u64, ascending), length (u16), UTF-8
//!   SPMS, ABMS        what the weights were fitted from, for a training that starts here; serving does not read it:
//!                     for each weight the mass of good examples that hold the feature (f32), and of bad ones (f32)
//! SHA-256             32 bytes, over everything before
//! ```
//! Numbers are little-endian. A section of another name is skipped, so a later build may add facts that an older one
//! does not need; whatever changes the meaning of a score raises `format`.

use std::collections::BTreeMap;

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

/// How much of the good and of the bad examples holds a feature, as a fit counts them.
pub type Masses = [f32; 2];

/// What a head's weights were fitted from, sorted by key.
pub type HeadMasses = Vec<(Key, Masses)>;

/// A head as a model file holds it.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeadParts<'a> {
    /// Sorted by key, and distinct.
    pub weights: &'a [(Key, f32)],
    /// As many as there are weights, or none for a model that no training can start from.
    pub masses: &'a [Masses],
}

/// Writes a model file.
pub fn write(card: &Card, spam: HeadParts<'_>, abuse: HeadParts<'_>, names: &[(Key, String)]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend(FORMAT.to_le_bytes());
    // A card that could not be written would not be read back, and training reads back what it writes.
    let json = serde_json::to_vec(card).unwrap_or_default();
    section(&mut file, b"CARD", &json);
    section(&mut file, b"SPAM", &weights_out(spam.weights));
    section(&mut file, b"ABUS", &weights_out(abuse.weights));
    section(&mut file, b"NAME", &names_out(names));
    for (name, head) in [(b"SPMS", spam), (b"ABMS", abuse)] {
        if !head.masses.is_empty() {
            section(&mut file, name, &masses_out(head.masses));
        }
    }
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

fn masses_out(masses: &[Masses]) -> Vec<u8> {
    masses.iter().flatten().flat_map(|mass| mass.to_le_bytes()).collect()
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
    let (mut card, mut spam, mut abuse, mut names) = (None, None, None, None);
    for section in sections(body) {
        let (name, body) = section?;
        match name {
            b"CARD" => card = Some(read_card(body)?),
            b"SPAM" => spam = Some(read_weights(body, "SPAM")?),
            b"ABUS" => abuse = Some(read_weights(body, "ABUS")?),
            b"NAME" => names = Some(read_names(body)?),
            _ => {}
        }
    }
    let (spam, abuse) = (spam.ok_or(ModelError::Missing("SPAM"))?, abuse.ok_or(ModelError::Missing("ABUS"))?);
    Ok(Parts {
        card: card.ok_or(ModelError::Missing("CARD"))?,
        weights: Weights::new(&spam, &abuse),
        names: names.ok_or(ModelError::Missing("NAME"))?,
        stamp,
    })
}

/// What each head's weights were fitted from, by key; `None` of a model that no training can start from.
///
/// # Errors
/// As for reading a model.
pub fn masses(bytes: &[u8]) -> Result<Option<[HeadMasses; 2]>, ModelError> {
    let found: BTreeMap<&[u8], &[u8]> = sections(checked(bytes)?.0).collect::<Result<_, _>>()?;
    let head = |weights: &'static str, masses: &'static str| {
        let weights = read_weights(found.get(weights.as_bytes()).ok_or(ModelError::Missing(weights))?, weights)?;
        match found.get(masses.as_bytes()) {
            Some(masses) => read_masses(masses, &weights).map(Some),
            // A head that learned nothing has no counts to carry.
            None => Ok(weights.is_empty().then(Vec::new)),
        }
    };
    Ok(head("SPAM", "SPMS")?.zip(head("ABUS", "ABMS")?).map(|(spam, abuse)| [spam, abuse]))
}

fn read_masses(body: &[u8], weights: &[(Key, f32)]) -> Result<HeadMasses, ModelError> {
    let (pairs, rest) = body.as_chunks::<8>();
    if pairs.len() != weights.len() || !rest.is_empty() {
        return Err(ModelError::Cut);
    }
    let mass = |[a, b, c, d, e, f, g, h]: [u8; 8]| [f32::from_le_bytes([a, b, c, d]), f32::from_le_bytes([e, f, g, h])];
    let masses: Vec<_> = weights.iter().zip(pairs).map(|((key, _), pair)| (*key, mass(*pair))).collect();
    match masses.iter().flat_map(|(_, masses)| masses).all(|mass| mass.is_finite() && *mass >= 0.0) {
        true => Ok(masses),
        false => Err(ModelError::Number("masses")),
    }
}

/// The sections one after another, by name.
fn sections(body: &[u8]) -> impl Iterator<Item = Result<(&[u8], &[u8]), ModelError>> {
    let mut rest = Reader(body);
    std::iter::from_fn(move || {
        let name = rest.take(4.min(rest.0.len())).filter(|name| !name.is_empty())?;
        let body = rest.u64().and_then(|length| rest.take(usize::try_from(length).ok()?));
        if body.is_none() {
            rest = Reader(&[]);
        }
        Some(body.map(|body| (name, body)).ok_or(ModelError::Cut))
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
