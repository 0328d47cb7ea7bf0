//! `tamis corpus`, as an operator runs it, on files that a site exports and on files that mean harm.

use std::path::Path;
use std::process::Output;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::command::{beside, run, text};
use crate::support::server::Server;

/// Imports a file of this name and content: what the command said, and the examples.
fn import(name: &str, content: &[u8], more: &[&str]) -> (Output, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), content).unwrap();
    let arguments = [&["corpus", "import", name, "--out", "out.jsonl", "--json"], more].concat();
    let output = run(folder.path(), &arguments, "");
    let examples = examples(&folder.path().join("out.jsonl"));
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, if examples.is_some() { 2 } else { 1 }, "no draft stays behind");
    (output, examples.unwrap_or_default())
}

fn examples(path: &Path) -> Option<Vec<Value>> {
    let lines = std::fs::read_to_string(path).ok()?;
    Some(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Imports what must work.
fn imported(name: &str, content: &[u8], more: &[&str]) -> (Value, Vec<Value>) {
    let (output, examples) = import(name, content, more);
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    (serde_json::from_slice(&output.stdout).unwrap(), examples)
}

/// What is said of what must not work, and that nothing was written.
fn refused(name: &str, content: &[u8], more: &[&str]) -> String {
    let (output, examples) = import(name, content, more);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(examples.is_empty());
    text(&output.stderr)
}

fn wxr(comments: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Le Journal</title><link>https://journal.example</link><language>fr-FR</language>
<wp:base_site_url>https://journal.example</wp:base_site_url>
<item><title>Le budget</title><link>https://journal.example/budget/</link><wp:post_id>7</wp:post_id>
{comments}</item></channel></rss>"#
    )
}

fn comment(state: &str, content: &str, more: &str) -> String {
    format!(
        "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_author><![CDATA[Léa & Co]]></wp:comment_author>\
         <wp:comment_author_email>lea@example.org</wp:comment_author_email>\
         <wp:comment_author_IP><![CDATA[203.0.113.7]]></wp:comment_author_IP>\
         <wp:comment_content><![CDATA[{content}]]></wp:comment_content>\
         <wp:comment_approved><![CDATA[{state}]]></wp:comment_approved>{more}</wp:comment>\n"
    )
}

#[test]
fn a_wordpress_export_teaches_what_its_states_say() {
    let user = |number| format!("<wp:comment_user_id>{number}</wp:comment_user_id>");
    let kind = "<wp:comment_type>pingback</wp:comment_type>";
    let told = "<wp:commentmeta><wp:meta_key>akismet_user_result</wp:meta_key>\
                <wp:meta_value><![CDATA[true]]></wp:meta_value></wp:commentmeta>";
    let comments = [
        comment("1", "Le vote d’hier <b>change</b> tout", &user(0)),
        comment("spam", "Crédit rapide sans justificatif", ""),
        comment("0", "Personne n’a encore lu ceci", ""),
        comment("trash", "Hors sujet, dit la rédaction", ""),
        comment("trash", "Montres de marque à prix cassé", told),
        comment("1", "Merci de votre lecture, la rédaction", &user(3)),
        comment("1", "[…] repris ailleurs […]", kind),
        comment("1", "LE VOTE D’HIER change tout", &user(0)),
    ];
    let (told, examples) = imported("export.xml", wxr(&comments.concat()).as_bytes(), &[]);
    let of = |key: &str| examples.iter().map(|example| example[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("label"), ["ham", "spam", "spam", "ham"]);
    assert_eq!(of("role"), [Value::Null, Value::Null, Value::Null, json!("staff")]);
    let first = json!({
        "text": "Le vote d’hier <b>change</b> tout", "format": "html", "label": "ham", "lang": "fr",
        "source": "journal.example", "group": "https://journal.example/budget/", "author_name": "Léa & Co"
    });
    assert_eq!(examples[0], first, "no address, no e-mail");
    assert_eq!(told["gathered"]["duplicates"], 1);
    let skipped = told["skipped"].as_object().unwrap();
    let lines: Vec<&Value> = skipped.values().map(|skipped| &skipped["first"][0]["line"]).collect();
    assert_eq!(lines, [&json!(9), &json!(12), &json!(8)], "{skipped:?}");
}

#[test]
fn a_text_with_two_labels_is_listed_with_both_places_and_left_out() {
    let comments = [comment("1", "Bravo", ""), comment("spam", "bravo", ""), comment("1", "Un autre", "")].concat();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.xml"), wxr(&comments)).unwrap();
    let output = run(folder.path(), &["corpus", "import", "x.xml", "--out", "o.jsonl"], "");
    let told = text(&output.stdout);
    assert!(told.contains("ham x.xml:6, spam x.xml:7"), "{told}");
    assert_eq!(examples(&folder.path().join("o.jsonl")).unwrap().len(), 1);
}

#[test]
fn hostile_xml_is_refused_or_harmless() {
    let bomb = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let comment_of_entities = comment("1", "x", "").replace("<![CDATA[x]]>", "Voici &b; et &#233;t&amp;");
    let (_, examples) =
        imported("bomb.xml", wxr(&comment_of_entities).replacen("<rss", &format!("{bomb}<rss"), 1).as_bytes(), &[]);
    assert_eq!(examples[0]["text"], "Voici &b; et ét&");

    let cut = wxr(&comment("1", "Bonjour à tous", ""));
    let error = refused("cut.xml", &cut.as_bytes()[..cut.find("</wp:comment_approved>").unwrap()], &[]);
    assert!(error.contains("cut.xml:6: ") && error.contains("comment_approved"), "{error}");
    let error = refused("crossed.xml", wxr("<a><b></a></b>").as_bytes(), &[]);
    assert!(error.contains("crossed.xml:6: "), "{error}");
    let error = refused("deep.xml", wxr(&format!("{}x", "<a>".repeat(200))).as_bytes(), &[]);
    assert!(error.contains("nested too deep"), "{error}");

    let long = [comment("1", &"mot ".repeat(1_300_000), ""), comment("1", "Court", "")].concat();
    let (told, examples) = imported("long.xml", wxr(&long).as_bytes(), &[]);
    assert_eq!(examples.len(), 1);
    assert!(told["skipped"].as_object().unwrap().keys().any(|why| why.contains("at most 1048576")), "{told}");
}

#[test]
fn a_database_table_is_read_whatever_its_delimiter_and_encoding() {
    let row = |text: &str, state: &str| format!("1;7;Léa;\"{text}\";{state};;0\r\n");
    let head = "comment_ID;comment_post_ID;comment_author;comment_content;comment_approved;comment_type;user_id\r\n";
    let table = [
        head.to_owned(),
        row("Une phrase ; avec \"\"guillemets\"\"\net une ligne", "1"),
        row("Prêt en 24 h à Besançon", "spam"),
        row("Jamais lu", "0"),
    ]
    .concat();
    let (latin, _, lossy) = encoding_rs::WINDOWS_1252.encode(&table);
    assert!(!lossy);
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(table.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let with_mark = format!("\u{feff}{table}");
    for (name, bytes) in [("UTF-8", with_mark.as_bytes()), ("windows-1252", &latin), ("UTF-16LE", &utf16)] {
        let (told, examples) = imported("dump.csv", bytes, &["--lang", "fr"]);
        assert_eq!(told["files"][0]["encoding"], name);
        assert_eq!(examples[0]["text"], "Une phrase ; avec \"guillemets\"\net une ligne");
        assert_eq!((&examples[1]["label"], &examples[1]["source"]), (&json!("spam"), &json!("dump")));
        assert_eq!(examples[1]["author_name"], "Léa");
        assert_eq!(examples.len(), 2);
    }
    let batch = "comment_content\tcomment_approved\nUne \"phrase\\nsur deux lignes\t1\nGagnez\\tplus\tspam\n";
    let (_, examples) = imported("dump.tsv", batch.as_bytes(), &[]);
    assert_eq!(
        (&examples[0]["text"], &examples[1]["text"]),
        (&json!("Une \"phrase\nsur deux lignes"), &json!("Gagnez\tplus"))
    );
}

#[test]
fn columns_and_words_are_guessed_and_can_be_said() {
    let (told, examples) =
        imported("a.csv", "ham,Bonne journée à tous\nspam,Casino en ligne gratuit\n".as_bytes(), &[]);
    assert_eq!(examples.len(), 2);
    assert!(told["files"][0]["layout"].to_string().contains("text = 2"), "{told}");
    let own = "avis|quoi\nOK|Très juste\npub|Achetez ici\n?|Sans avis\n".as_bytes();
    let error = refused("b.csv", own, &[]);
    assert!(error.contains("--column text=NAME") && error.contains("avis, quoi"), "{error}");
    let more = ["--column", "text=quoi", "--column", "label=1", "--value", "pub=spam"];
    let (told, examples) = imported("b.csv", own, &more);
    assert_eq!((&examples[0]["label"], &examples[1]["label"]), (&json!("ham"), &json!("spam")));
    let skipped = told["skipped"].as_object().unwrap();
    assert!(skipped.keys().next().unwrap().contains("label `?`"), "{told}");
}

#[test]
fn rows_that_are_wrong_are_counted_with_their_lines() {
    let rows = "text,label\nun mot,ham\ntrop,de,cellules\nun\0nul,spam\n";
    let (told, examples) = imported("r.csv", rows.as_bytes(), &[]);
    assert_eq!(examples.len(), 2);
    let wide = &told["skipped"]["3 columns where the first row has 2"];
    assert_eq!(wide["first"][0]["line"], 3, "{told}");

    let open = format!("text,label\n\"sans fin,ham\n{}", "encore une ligne\n".repeat(2_200_000));
    let error = refused("open.csv", open.as_bytes(), &[]);
    assert!(error.contains("open.csv:2: ") && error.contains("quote"), "{error}");
}

#[test]
fn akismet_s_word_weighs_less_than_a_person_s() {
    let lines = [
        json!({ "comment_content": "Un avis posé", "akismet_result": "false" }),
        json!({ "comment_content": "Un avis contesté", "akismet_result": "true", "user_decision": "ham" }),
        json!({ "comment_content": "Pilules", "akismet_result": true, "comment_author": "x", "comment_author_email": "a@b.c" }),
    ];
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let (told, examples) = imported("a.jsonl", (lines + "[1]\n{broken\n\n").as_bytes(), &[]);
    // Machines may say no more than persons: there is one.
    assert_eq!(told["gathered"]["above_share"]["machine"], 1, "{told}");
    assert_eq!((&examples[0]["label"], &examples[0]["weight"]), (&json!("ham"), &Value::Null));
    assert_eq!((&examples[1]["label"], &examples[1]["weight"]), (&json!("spam"), &json!(0.2)));
    assert!(!examples[1].to_string().contains("a@b.c"));
    assert_eq!(told["skipped"]["not a JSON object"]["count"], 2);
}

#[test]
fn huge_lines_and_other_files_are_told() {
    let huge = format!("{{\"text\": \"{}\", \"label\": \"ham\"}}\n", "a".repeat(33 << 20));
    let (told, examples) = imported("h.jsonl", (huge + "{\"text\":\"b\",\"label\":\"ham\"}\n").as_bytes(), &[]);
    assert_eq!((examples.len(), &told["skipped"]["longer than 32 MiB"]["first"][0]["line"]), (1, &json!(1)));
    for (content, said) in [
        (&b""[..], "is empty"),
        (b"<html></html>", "no WordPress export"),
        (b"[{\"text\": \"a\"}]", "jq -c"),
        (b"PK\x03\x04", "unpack"),
        (b"-- dump\nINSERT INTO wp_comments VALUES (1)", "SQL dump"),
    ] {
        let error = refused("f", content, &[]);
        assert!(error.contains(said), "{error}");
    }
    let (output, _) = import("none.csv", b"text,label\na,?\n", &[]);
    assert_eq!(output.status.code(), Some(1), "no example is no success");
}

#[test]
fn what_was_imported_is_read_again_and_by_train() {
    let folder = tempfile::tempdir().unwrap();
    let pair = |at: usize| {
        let good = format!("Le conseil a voté le budget numéro {at}, et je trouve cela juste");
        let bad = format!("Casino en ligne, bonus {at} offert, jouez sur http://gagner{at}.example");
        [comment("1", &good, ""), comment("spam", &bad, "")].concat()
    };
    let comments: String = (0..60).map(pair).collect();
    std::fs::write(folder.path().join("x.xml"), wxr(&comments)).unwrap();
    for arguments in [
        &["corpus", "import", "x.xml", "--out", "a.jsonl"][..],
        &["corpus", "import", "a.jsonl", "--out", "b.jsonl"],
        &["train", "b.jsonl", "--out", "m.tamis"],
    ] {
        let output = run(folder.path(), arguments, "");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("a.jsonl"), read("b.jsonl"), "what Tamis wrote, it reads as it was");
    assert_eq!(read("a.jsonl").lines().count(), 120);
}

#[test]
fn stats_count_and_list_the_labels_to_look_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let line = |text: &str, label: &str, source: &str| {
        format!("{}\n", json!({"text": text, "label": label, "lang": "en", "source": source}))
    };
    let casino = "Online casino bonus, free spins, click here http://win.example and earn money fast";
    let first = [
        line("Thanks for the article", "ham", "a"),
        line(casino, "ham", "a"),
        line(&"x".repeat(1 << 20), "ham", "a").replacen("xx", "xxx", 1),
    ]
    .concat();
    let second = [line("THANKS for  the article", "ham", "b"), line("thanks for the article", "spam", "b")].concat();
    std::fs::write(folder.path().join("a.jsonl"), first).unwrap();
    std::fs::write(folder.path().join("b.jsonl"), second).unwrap();
    let output = run(folder.path(), &["corpus", "stats", "a.jsonl", "b.jsonl", "--json"], "");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["sources"]["a"], json!({"labels": {"ham": 2}, "languages": {"en": 2}, "duplicates": 0}));
    assert_eq!(told["sources"]["b"]["labels"], json!({"ham": 1, "spam": 1}));
    assert_eq!((&told["examples"], &told["duplicates"]), (&json!(4), &json!(1)));
    let conflict = json!({"first": "ham", "first_at": "a.jsonl:1", "then": "spam", "then_at": "b.jsonl:2"});
    assert_eq!((&told["conflicting"], &told["conflicts"]), (&json!(1), &json!([conflict])));
    assert_eq!((&told["unusable"], &told["unusable_at"]), (&json!(1), &json!(["a.jsonl:3"])));
    let model = tamis::domain::classifier::Model::built_in().unwrap();
    assert_eq!(told["model"], json!({"version": model.version(), "tokenizer": model.card().tokenizer}));
    let doubts = told["doubts"].as_array().unwrap();
    let casino = doubts.iter().find(|doubt| doubt["at"] == "a.jsonl:2").unwrap();
    assert_eq!((&casino["label"], &casino["head"]), (&json!("ham"), &json!("spam")));
    assert!(casino["probability"].as_f64().unwrap() >= 0.9);
    let table = text(&run(folder.path(), &["corpus", "stats", "a.jsonl", "b.jsonl"], "").stdout);
    assert!(table.contains("ham a.jsonl:1, spam b.jsonl:2"), "{table}");
    assert!(table.contains("a.jsonl:2 is ham, spam"), "{table}");
}

#[tokio::test]
async fn what_moderators_decided_is_exported_without_what_they_took_back() {
    let server = Server::start();
    let act = async |body: &str, call: &str, act: Value| {
        let id = server.comment(body).await["id"].as_str().unwrap().to_owned();
        let (status, answer) = server.post(&format!("/v1/comments/{id}/{call}"), act).await;
        assert_eq!(status, 200, "{answer}");
        id
    };
    let good = act("Un avis posé sur le budget", "resolution", json!({ "status": "approved" })).await;
    act("Pilules à prix cassé", "resolution", json!({ "status": "rejected", "reason": "spam" })).await;
    act("Hors sujet ici", "resolution", json!({ "status": "rejected", "reason": "off_topic" })).await;
    act("Espèce de nouille", "feedback", json!({ "label": "abuse" })).await;
    let undone = act("Approuvé trop vite", "resolution", json!({ "status": "approved" })).await;
    assert_eq!(server.post(&format!("/v1/comments/{undone}/undo"), json!({})).await.0, 200);
    server.comment("Personne ne l’a lu").await;

    let told = beside(&server, &["corpus", "export", "--out", "o.jsonl", "--json"]);
    let examples = examples(&server.folder.path().join("o.jsonl")).unwrap();
    let labels: Vec<&Value> = examples.iter().map(|example| &example["label"]).collect();
    assert_eq!(labels, ["ham", "spam", "abuse"], "{told}");
    assert_eq!((&examples[0]["comment"], &examples[0]["by"]), (&json!(good), &json!("host")));
    assert!(examples[0]["at"].is_string());
}

/// A server on which a moderator has approved one comment and rejected another.
async fn labelled() -> Server {
    let server = Server::start();
    let author = json!({ "name": "http://casino.example", "url": "https://lea.example" });
    for (body, act) in [
        ("Un avis posé sur le budget", json!({ "status": "approved" })),
        ("Pilules à prix cassé", json!({ "status": "rejected", "reason": "spam" })),
    ] {
        let comment = json!({ "body": body, "author": author, "page": { "url": "https://journal.example/budget" } });
        let (status, answer) = server.post("/v1/comments", comment).await;
        assert_eq!(status, 201, "{answer}");
        let id = answer["id"].as_str().unwrap();
        assert_eq!(server.post(&format!("/v1/comments/{id}/resolution"), act).await.0, 200);
    }
    server
}

#[tokio::test]
async fn an_exported_example_bears_no_name_and_no_address() {
    let server = labelled().await;
    beside(&server, &["corpus", "export", "--out", "o.jsonl", "--json"]);
    let written = std::fs::read_to_string(server.folder.path().join("o.jsonl")).unwrap();
    assert!(!written.contains("casino.example") && !written.contains("lea.example"), "{written}");
    let examples = examples(&server.folder.path().join("o.jsonl")).unwrap();
    let known = |example: &Value| (example["author_number"].clone(), example["author_is_url"].clone());
    assert_eq!(examples.iter().map(known).collect::<Vec<_>>(), [(json!(1), json!(true)), (json!(1), json!(true))]);
    let folder = server.folder.path();
    assert!(run(folder, &["corpus", "import", "o.jsonl", "--out", "p.jsonl"], "").status.success());
    assert_eq!(std::fs::read_to_string(folder.join("p.jsonl")).unwrap(), written, "what Tamis wrote, it reads");
}

#[tokio::test]
async fn what_a_person_labelled_is_undone_until_it_is_lifted_and_the_card_tells() {
    let server = labelled().await;
    let folder = server.folder.path();
    let export = || run(folder, &["corpus", "export", "--out", "o.jsonl"], "");
    let misspelt = run(folder, &["corpus", "undo", "hots", "--since", "2020-01-01"], "");
    assert_eq!(misspelt.status.code(), Some(1));
    assert!(text(&misspelt.stdout).contains("hots gave no label there; these did: host"), "{}", text(&misspelt.stdout));
    assert!(text(&run(folder, &["corpus", "undo", "--list"], "").stdout).contains("all labels count"));

    assert!(run(folder, &["corpus", "undo", "host", "--since", "2020-01-01"], "").status.success());
    let none = export();
    assert_eq!(none.status.code(), Some(1));
    let said = text(&none.stdout);
    assert!(said.contains("is empty") && said.contains("undone: what host labelled from 2020-01-01"), "{said}");

    let later = beside(&server, &["corpus", "undo", "host", "--since", "2099-01-01", "--json"]);
    assert_eq!(later["sites"], json!(["default"]));
    assert!(text(&run(folder, &["corpus", "undo", "--list"], "").stdout).contains("2099-01-01"));
    assert!(export().status.success());
    let trained = run(folder, &["train", "o.jsonl"], "");
    let card = text(&trained.stdout);
    assert!(card.contains("without what host labelled from 2099-01-01 on (o.jsonl)"), "{card}");

    assert!(run(folder, &["corpus", "undo", "host", "--lift"], "").status.success());
    assert_eq!(run(folder, &["corpus", "undo", "host", "--lift"], "").status.code(), Some(1));
    assert!(!text(&export().stdout).contains("undone"));
}

#[tokio::test]
async fn nobody_has_more_than_the_share_of_an_export() {
    let server = labelled().await;
    let refused = run(server.folder.path(), &["corpus", "export", "--out", "o.jsonl", "--max-share", "0.5"], "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("no voice can be kept to a share of 0.5"), "{}", text(&refused.stderr));
    beside(&server, &["corpus", "export", "--out", "o.jsonl", "--max-share", "1", "--json"]);
}

/// The next model is, byte for byte, the one of somebody who never heard of the comment.
#[tokio::test]
async fn what_is_erased_leaves_the_examples_and_the_counts_of_the_next_model() {
    let server = labelled().await;
    let folder = server.folder.path();
    let forgotten = server.comment("Marabout Bakari, retour d’affection zinzinulant").await["id"].clone();
    let path = format!("/v1/comments/{}", forgotten.as_str().unwrap());
    let act = json!({ "status": "rejected", "reason": "spam" });
    assert_eq!(server.post(&format!("{path}/resolution"), act).await.0, 200);

    let train = |at: &Path| {
        let out = run(at, &["train", "o.jsonl", "--date", "2026-11-24", "--out", "m.tamis"], "");
        assert!(out.status.success(), "{}", text(&out.stderr));
        std::fs::read(at.join("m.tamis")).unwrap()
    };
    beside(&server, &["corpus", "export", "--out", "o.jsonl", "--json"]);
    let before = train(folder);
    let known = std::fs::read_to_string(folder.join("o.jsonl")).unwrap();
    assert!(known.contains("zinzinulant"));
    let never = tempfile::tempdir().unwrap();
    let others = known.lines().filter(|line| !line.contains("zinzinulant")).map(|line| format!("{line}\n"));
    std::fs::write(never.path().join("o.jsonl"), others.collect::<String>()).unwrap();

    assert_eq!(server.request(Method::DELETE, &path).send().await.unwrap().status(), 200);
    beside(&server, &["corpus", "export", "--out", "o.jsonl", "--json"]);
    assert!(!std::fs::read_to_string(folder.join("o.jsonl")).unwrap().contains("zinzinulant"));
    let after = train(folder);
    assert!(after != before, "the comment taught something");
    assert!(after == train(never.path()), "and nothing of it is left");
}
