//! Feature names for people, kept apart from the weights: scoring never reads them.

use super::features::Key;

/// Names by key, sorted, in one string.
#[derive(Clone, Debug, Default)]
pub struct Names {
    keys: Vec<Key>,
    ends: Vec<u32>,
    text: String,
}

impl Names {
    /// Adds a name; its key must be above all before.
    pub fn push(&mut self, key: Key, name: &str) {
        self.keys.push(key);
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
    }

    /// The name of a feature, where enough examples hold it for it to be no one's secret.
    pub fn get(&self, key: Key) -> Option<&str> {
        let at = self.keys.binary_search(&key).ok()?;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start as usize..*self.ends.get(at)? as usize)
    }
}
