//! The groups of the examples written for the project, in words.

use crate::domain::site::Locale;
use crate::training::measure::EVERY_GROUP;

/// By name, sorted: in French and in English.
const GROUPS: [(&str, &str, &str); 81] = [
    ("aggression", "agressivité", "aggression"),
    ("anger", "colère", "anger"),
    ("bank", "banque", "bank"),
    ("bank-and-tax", "banque et impôts", "bank and tax"),
    ("belief", "croyances", "belief"),
    ("blog", "blog", "blog"),
    ("blog-praise", "éloge de blog", "praise of a blog"),
    ("casino", "casino", "casino"),
    ("clairvoyance", "voyance", "clairvoyance"),
    ("contempt", "mépris", "contempt"),
    ("correction", "correction", "correction"),
    ("counterfeit", "contrefaçon", "counterfeits"),
    ("crafts", "métiers", "crafts"),
    ("criticism", "critique", "criticism"),
    ("crypto", "cryptomonnaie", "crypto money"),
    ("cures", "remèdes", "cures"),
    ("dating", "rencontres", "dating"),
    ("dating-by-message", "rencontres par message", "dating by message"),
    ("debate", "débat", "debate"),
    ("documents", "faux papiers", "forged papers"),
    ("energy", "énergie", "energy"),
    ("escorts", "escortes", "escorts"),
    ("everyday", "vie quotidienne", "everyday life"),
    ("fines", "amendes", "fines"),
    ("games-and-bets", "jeux et paris", "games and bets"),
    ("generic", "passe-partout", "generic"),
    ("goods", "marchandises", "goods"),
    ("harassment", "harcèlement", "harassment"),
    ("hate", "haine", "hate"),
    ("health", "santé", "health"),
    ("health-card", "carte de santé", "health card"),
    ("health-talk", "conversation sur la santé", "talk about health"),
    ("identity", "parler de soi et des siens", "speaking of who one is"),
    ("insult", "insulte", "insult"),
    ("iptv", "télévision pirate", "pirate television"),
    ("jobs", "faux emplois", "fake jobs"),
    ("jobs-by-message", "faux emplois par message", "fake jobs by message"),
    ("joke", "plaisanterie", "joke"),
    ("letters", "lettres d’escrocs", "scam letters"),
    ("literal", "mot au sens propre", "literal sense of a word"),
    ("loans", "prêts", "loans"),
    ("love", "amour", "love"),
    ("masked", "injure masquée", "masked abuse"),
    ("money", "argent", "money"),
    ("negation", "négation", "negation"),
    ("numbers", "chiffres", "numbers"),
    ("opinion", "opinion", "opinion"),
    ("parcels", "colis", "parcels"),
    ("parcels-and-fines", "colis et amendes", "parcels and fines"),
    ("parcels-talk", "conversation sur des colis", "talk about parcels"),
    ("politics", "politique", "politics"),
    ("practical", "renseignement pratique", "practical advice"),
    ("praise", "éloge publicitaire", "advertising praise"),
    ("prizes", "lots à gagner", "prizes"),
    ("question", "question", "question"),
    ("recipes-and-home", "recettes et maison", "recipes and home"),
    ("relatives", "faux proches", "false relatives"),
    ("renovation", "rénovation", "renovation"),
    ("reported", "injure rapportée", "reported abuse"),
    ("roads", "routes", "roads"),
    ("scam", "escroquerie", "scam"),
    ("self", "injure contre soi-même", "abuse of oneself"),
    ("self-promotion", "autopromotion", "self-promotion"),
    ("seo", "référencement", "search ranking"),
    ("services", "services", "services"),
    ("short", "très court", "very short"),
    ("sms", "messages courts", "text messages"),
    ("sport", "sport", "sport"),
    ("subscriptions", "abonnements", "subscriptions"),
    ("tax", "impôts", "tax"),
    ("tech", "technique", "technology"),
    ("testimony", "témoignage", "testimony"),
    ("thanks", "remerciement", "thanks"),
    ("threat", "menace", "threat"),
    ("tradesmen", "artisans", "tradesmen"),
    ("trading", "placements", "trading"),
    ("victim", "victime", "victim"),
    ("video", "vidéo", "video"),
    ("video-promotion", "promotion de vidéo", "promotion of videos"),
    ("warning", "mise en garde", "warning"),
    ("work", "travail", "work"),
];

/// A group's name; its own where it has none here.
pub fn name(locale: Locale, group: &str) -> &str {
    let known = GROUPS.binary_search_by(|(name, ..)| (*name).cmp(group)).ok().and_then(|at| GROUPS.get(at));
    let (fr, en) = match known {
        Some((_, fr, en)) => (*fr, *en),
        None if group == EVERY_GROUP => ("tous", "all"),
        None => (group, group),
    };
    match locale {
        Locale::Fr => fr,
        Locale::En => en,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_group_of_the_written_examples_has_words() {
        assert!(GROUPS.is_sorted_by_key(|(name, ..)| name));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("training-data");
        let mut seen = 0;
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_none_or(|extension| extension != "jsonl") {
                continue;
            }
            for line in std::fs::read_to_string(&file).unwrap().lines() {
                let example: serde_json::Value = serde_json::from_str(line).unwrap();
                if let Some(name) = example["group"].as_str() {
                    assert!(GROUPS.iter().any(|(known, ..)| *known == name), "{}: {name}", file.display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 1_000);
    }
}
