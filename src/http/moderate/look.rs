//! How to look at the queue, as the address says it: `?reason=links.too_many&order=doubt&q=casino&after=…`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::domain::comment::CommentId;
use crate::domain::site::Site;
use crate::ports::queue::{Facet, Filter, Look, Order, Rank};

/// Longest search, in characters; what follows is left out.
const LONGEST: usize = 200;

/// What an address asks of the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub look: Look,
    /// Words to search for; empty for all.
    pub words: String,
    pub after: Option<Rank>,
}

impl Asked {
    /// What cannot be read is not asked.
    pub fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match (&*name, &*value) {
                (_, "") => {}
                ("page", value) => asked.look.filter = Filter::of(Facet::Page, value.to_owned()),
                ("reason", value) => asked.look.filter = Filter::of(Facet::Reason, value.to_owned()),
                ("author", value) => asked.look.filter = Filter::of(Facet::Author, value.to_owned()),
                ("campaign", value) => asked.look.filter = Filter::of(Facet::Campaign, value.to_owned()),
                ("order", "doubt") => asked.look.order = Order::MostDoubtfulFirst,
                ("q", value) => asked.words = value.chars().take(LONGEST).collect::<String>().trim().to_owned(),
                ("after", value) => asked.after = rank(value),
                _ => {}
            }
        }
        asked
    }

    /// The same with another filter, from the beginning.
    pub fn filtered(&self, filter: Filter) -> Self {
        Self { look: Look { filter, ..self.look.clone() }, after: None, ..self.clone() }
    }

    pub fn ordered(&self, order: Order) -> Self {
        Self { look: Look { order, ..self.look.clone() }, after: None, ..self.clone() }
    }

    pub fn from(&self, after: Option<Rank>) -> Self {
        Self { after, ..self.clone() }
    }

    /// As [`Asked::read`] reads it.
    pub fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        if let Some((facet, value)) = self.look.filter.parts() {
            query.append_pair(facet.as_str(), value);
        }
        if self.look.order == Order::MostDoubtfulFirst {
            query.append_pair("order", "doubt");
        }
        if !self.words.is_empty() {
            query.append_pair("q", &self.words);
        }
        if let Some(after) = self.after {
            query.append_pair("after", &cursor(after));
        }
        query.finish()
    }
}

/// Where the pages of a site begin: `/moderate/sites/journal`.
pub fn home(site: &Site) -> String {
    let name: String = url::form_urlencoded::byte_serialize(site.name.as_bytes()).collect();
    // A form writes a space as a plus, which a path would take for one.
    format!("/moderate/sites/{}", name.replace('+', "%20"))
}

pub fn queue(site: &Site, asked: &Asked) -> String {
    with_query(format!("{}/queue", home(site)), &asked.query())
}

pub fn with_query(path: String, query: &str) -> String {
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

fn cursor(Rank { distance, id }: Rank) -> String {
    let mut bytes = distance.to_be_bytes().to_vec();
    bytes.extend(id.0.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn rank(cursor: &str) -> Option<Rank> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (distance, id) = bytes.split_first_chunk::<4>()?;
    Some(Rank { distance: u32::from_be_bytes(*distance), id: CommentId(Uuid::from_slice(id).ok()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back() {
        let rank = Rank { distance: 7, id: CommentId(Uuid::from_u128(9)) };
        for filter in [
            Filter::All,
            Filter::Page("https://x.example/?a=b&c=é#d".to_owned()),
            Filter::Reason("links.too_many".to_owned()),
            Filter::Author("L’é & \"<b>".to_owned()),
            Filter::Campaign("0193e000-0000-7000-8000-000000000000".to_owned()),
        ] {
            for (order, words, after) in
                [(Order::OldestFirst, "", None), (Order::MostDoubtfulFirst, "à vendre +1", Some(rank))]
            {
                let look = Look { filter: filter.clone(), order };
                let asked = Asked { look, words: words.to_owned(), after };
                assert_eq!(Asked::read(&asked.query()), asked);
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_asked() {
        assert_eq!(Asked::read("after=!!&order=up&q=&page=&x=1&reason"), Asked::default());
        assert_eq!(Asked::read(&format!("q={}", "é".repeat(300))).words.chars().count(), 200);
    }
}
