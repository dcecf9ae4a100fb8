//! How well real pages are read, where the shared corpus lies beside the project: scores that may only rise.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A row of `scores.json`: its name, the set of pages, which of them (all when empty), and what is scored.
type Row = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const BLOGS: &str = "platform=wordpress,blogger,typepad,movabletype,tumblr";
const FIELDS: [(&str, &str); 3] = [("title", "acc"), ("author", "acc"), ("date", "acc")];
const ROWS: [Row; 7] = [
    ("dragnet", "dragnet", "", &[("body", "f1"), FIELDS[0], FIELDS[1], FIELDS[2]]),
    ("dragnet, blogs", "dragnet", BLOGS, &[("body", "f1")]),
    ("trafeval", "trafeval", "", &[("snips", "f1"), FIELDS[0], FIELDS[1], FIELDS[2]]),
    ("wcxb", "wcxb", "", &[("body", "f1"), FIELDS[0], FIELDS[1], FIELDS[2]]),
    ("scrapinghub", "scrapinghub", "", &[("body", "f1")]),
    ("htmldate", "htmldate", "", &[FIELDS[2]]),
    ("hand", "hand", "", &[("tags", "f1"), ("captions", "f1")]),
];

type Scores = BTreeMap<String, BTreeMap<String, f64>>;

/// Returns the corpus and the script that scores; none where they are not.
fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let given = std::env::var_os("MDARCHIVE_SHARED").map(PathBuf::from);
    let beside = ["../shared", "../../shared"].map(|p| root.join(p));
    let found = given.into_iter().chain(beside).map(|p| p.join("corpus")).find(|p| p.join("evaluate.py").is_file());
    found.filter(|_| Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success()))
}

fn run(command: &mut Command) -> Vec<u8> {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// Returns the scores of this build, as three digits say them.
fn measure(corpus: &Path) -> Scores {
    let folder = tempfile::tempdir().unwrap();
    let mut out = Scores::new();
    for (name, set, only, scored) in ROWS {
        let (pages, lines) = (corpus.join("extract").join(set), folder.path().join(format!("{set}.jsonl")));
        if !lines.exists() {
            let mut extract = Command::new(env!("CARGO_BIN_EXE_mdarchive"));
            extract.args(["extract", "--jsonl", "--urls"]).arg(pages.join("truth.json")).arg(pages.join("pages"));
            std::fs::write(&lines, run(&mut extract)).unwrap();
        }
        let scores = folder.path().join("scores.json");
        let mut evaluate = Command::new("python3");
        evaluate.arg(corpus.join("evaluate.py")).arg(&pages).arg(&lines).args(["--boot", "0", "--json"]).arg(&scores);
        if !only.is_empty() {
            evaluate.args(["--where", only]);
        }
        run(&mut evaluate);
        let found: Value = serde_json::from_slice(&std::fs::read(&scores).unwrap()).unwrap();
        let digits = |(field, how): &(&str, &str)| {
            let score = found[set][field][how].as_f64().unwrap();
            (field.to_string(), (score * 1000.0).floor() / 1000.0)
        };
        out.insert(name.to_string(), scored.iter().map(digits).collect());
    }
    out
}

/// With `MDARCHIVE_UPDATE=1` what has risen is written to `scores.json`; what may fall, and why, is for people to write.
#[test]
fn real_pages_are_read_no_worse_than_before() {
    let Some(corpus) = corpus() else {
        eprintln!(
            "skipped: no shared/corpus beside the project, or no python3: the scores of real pages are not measured"
        );
        return;
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scores.json");
    let mut pinned: Scores = serde_json::from_slice(&std::fs::read(&file).unwrap_or_else(|_| b"{}".to_vec())).unwrap();
    let mut fallen = Vec::new();
    for (name, scores) in measure(&corpus) {
        for (field, score) in scores {
            let pin = pinned.entry(name.clone()).or_default().entry(field.clone()).or_insert(0.0);
            if score < *pin {
                fallen.push(format!("{name} {field}: {score}, was {pin}"));
            }
            *pin = pin.max(score);
        }
    }
    if std::env::var_os("MDARCHIVE_UPDATE").is_some() {
        std::fs::write(&file, serde_json::to_string_pretty(&pinned).unwrap() + "\n").unwrap();
    }
    assert!(fallen.is_empty(), "worse than before:\n{}", fallen.join("\n"));
}
