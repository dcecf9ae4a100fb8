//! Files mangled at random: whatever comes, nothing panics, hangs or grows without bound. `MDARCHIVE_FUZZ` sets how many.

use std::fs;
use std::time::{Duration, Instant};

use super::{case, read};

/// A generator of the same numbers in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n.max(1)
    }
}

/// Pieces that mean something to one reader or another.
const PIECES: [&str; 40] = [
    "<",
    ">",
    "&",
    "\"",
    "'",
    "[",
    "]",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "</item>",
    "<item>",
    "<!-- wp:block {\"ref\":30} /-->",
    "<!-- wp:x ",
    "[caption]",
    "[/caption]",
    "[gallery ids=\"20,20\"]",
    "[[",
    "<pre>",
    "</p>",
    "<br><br>",
    "\n\n",
    "\u{0}",
    "\u{fdd0}0\u{fdd2}",
    "&#0;",
    "&nbsp;",
    "<wp:comment>",
    "</channel>",
    "é",
    "\u{a0}",
    "Tags: ",
    "Technorati Tags: , ,",
    ", ",
    ": ",
    "Related:\n",
    "http://x.example/",
    "<a href='",
    "<script>",
    "\t",
];

fn mangle(text: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut out = text.to_vec();
    for _ in 0..1 + numbers.below(12) {
        let at = numbers.below(out.len());
        match numbers.below(5) {
            0 => out.truncate(at),
            1 => {
                out.remove(at.min(out.len().saturating_sub(1)));
            }
            2 => out[at] = numbers.below(256) as u8,
            3 => {
                let (from, length) = (numbers.below(out.len()), numbers.below(400));
                let piece: Vec<u8> = out.iter().skip(from).take(length).copied().collect();
                out.splice(at..at, piece);
            }
            _ => {
                let piece = PIECES[numbers.below(PIECES.len())].repeat(1 + numbers.below(30));
                out.splice(at..at, piece.into_bytes());
            }
        }
        if out.is_empty() {
            out.push(b' ');
        }
    }
    out
}

#[test]
fn mangled_files_end_in_posts_or_in_an_error() {
    let rounds: u64 = std::env::var("MDARCHIVE_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let folder = tempfile::tempdir().unwrap();
    for seed in ["wxr-variety/input.xml", "text-bare/input.txt", "text-labelled/input.txt"] {
        let text = fs::read(case(seed)).unwrap();
        for round in 0..rounds {
            let mut numbers = Numbers(round.wrapping_mul(7919) + 17);
            let path = folder.path().join("mangled");
            fs::write(&path, mangle(&text, &mut numbers)).unwrap();
            let began = Instant::now();
            if let Ok(read) = read(&path) {
                for draft in read.drafts {
                    mdarchive::ops::refine(draft, "mangled", None);
                }
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{seed}, round {round}: {:?}", began.elapsed());
        }
    }
}
