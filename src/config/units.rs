//! Quantities and networks as people write them: `64 KiB`, `6/min`, `off`, `10.0.0.0/8`.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};

use ipnet::IpNet;
use jiff::SignedDuration;

use crate::domain::limits::Quota;

/// A size in bytes: `65536` or `64 KiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub usize);

/// A quota, or none: `6/min`, `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub Option<Quota>);

/// A length of time: `90 d`, `12 h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period(pub SignedDuration);

/// Networks: `["10.0.0.0/8", "192.0.2.7"]`, or `10.0.0.0/8, 192.0.2.7` as the environment has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Networks(pub Vec<IpNet>);

impl Networks {
    /// A network, or the address of one machine.
    fn one(written: &str) -> Result<IpNet, String> {
        let written = written.trim();
        let network = written.parse().or_else(|_| written.parse::<IpAddr>().map(IpNet::from));
        match network {
            Err(_) => Err(format!("`{written}` is not an address or a network such as `10.0.0.0/8`")),
            Ok(network) if network.prefix_len() == 0 => Err(format!("`{written}` would be everybody")),
            Ok(network) => Ok(network.trunc()),
        }
    }
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all: Result<_, _> = match ListOrText::deserialize(deserializer)? {
            ListOrText::List(list) => list.iter().map(|written| Self::one(written)).collect(),
            ListOrText::Text(text) => text.split(',').map(Self::one).collect(),
        };
        all.map(Self).map_err(Error::custom)
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum ListOrText {
    List(Vec<String>),
    Text(String),
}

impl Period {
    pub const fn days(days: i64) -> Self {
        Self(SignedDuration::from_hours(days * 24))
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let digits = written.trim_end_matches(|c: char| !c.is_ascii_digit());
        let wrong = || format!("`{written}` is not a length of time such as `90 d`; the unit is d, h, min or s");
        let number: u32 = digits.parse().map_err(|_| wrong())?;
        let unit = match written.get(digits.len()..).unwrap_or_default().trim() {
            "s" => 1,
            "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(wrong()),
        };
        Ok(Self(SignedDuration::from_secs(i64::from(number) * unit)))
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NumberOrText::deserialize(deserializer)?.text().parse().map_err(Error::custom)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} s", self.0.as_secs()))
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let digits = written.trim_end_matches(|c: char| !c.is_ascii_digit());
        let number: usize = digits.parse().map_err(|_| format!("`{written}` is not a size such as `64 KiB`"))?;
        let unit = match written.get(digits.len()..).unwrap_or_default().trim() {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            other => return Err(format!("`{other}` is not a unit of size; use B, KiB or MiB")),
        };
        number.checked_mul(unit).map(Self).ok_or_else(|| format!("`{written}` is too large"))
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        if written == "off" {
            return Ok(Self(None));
        }
        let wrong = || format!("`{written}` is not a rate such as `6/min`, nor `off`");
        let (count, period) = written.split_once('/').ok_or_else(wrong)?;
        let count = count.trim().parse::<NonZeroU32>().map_err(|_| wrong())?;
        let seconds = match period.trim() {
            "s" => 1,
            "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(format!("{}; the period is s, min, h or d", wrong())),
        };
        Ok(Self(Some(Quota { count, period: Duration::from_secs(seconds) })))
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NumberOrText::deserialize(deserializer)?.text().parse().map_err(Error::custom)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NumberOrText::deserialize(deserializer)?.text().parse().map_err(Error::custom)
    }
}

/// The environment turns `65536` into a number, so both are taken.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(u64),
    Text(String),
}

impl NumberOrText {
    fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0 as u64)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => serializer.serialize_str("off"),
            Some(quota) => serializer.collect_str(&format_args!("{} in {:?}", quota.count, quota.period)),
        }
    }
}
