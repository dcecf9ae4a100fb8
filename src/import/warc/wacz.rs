//! What stands beside the records in a [WACZ](https://specs.webrecorder.net/wacz/1.1.1/): the package with its hashes,
//! the list of pages.

use std::collections::HashSet;
use std::io::Read;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::import::report::Report;
use crate::input::Named;
use crate::model::{Digest, Gap, Reason};

use super::index::key;

const MAX_PACKAGE: u64 = 16 << 20;
const MAX_PAGES: u64 = 256 << 20;

/// Returns whether a text begins like one of the files that stand beside the records.
pub fn is_part(name: &str, head: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let package = file.starts_with("datapackage") && file.ends_with(".json") && head.starts_with('{');
    package || is_page_list(head)
}

fn is_page_list(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default();
    first.starts_with('{') && first.contains("json-pages-")
}

/// Holds each resource against the hash that the package gives of it. Returns how many differ or are missing.
pub fn verify(streams: &[Named], report: &mut Report) -> Result<u64> {
    let mut bad = 0;
    for package in streams.iter().filter(|s| s.name.rsplit('/').next() == Some("datapackage.json")) {
        let about: Value = serde_json::from_slice(&package.read(MAX_PACKAGE)?).unwrap_or_default();
        let root = package.name.strip_suffix("datapackage.json").unwrap_or_default();
        for resource in about["resources"].as_array().into_iter().flatten().take(100_000) {
            let (path, hash) =
                (resource["path"].as_str().unwrap_or_default(), resource["hash"].as_str().unwrap_or_default());
            let why = match streams.iter().find(|s| s.name == format!("{root}{path}")) {
                None => Some((Reason::NotFound, "named by the package and not in it")),
                Some(stream) => fault(stream, hash, resource["bytes"].as_u64())?.map(|why| (Reason::Malformed, why)),
            };
            let Some((reason, detail)) = why else { continue };
            bad += 1;
            report.notes.push(format!("{root}{path}: {detail}"));
            let url = format!("{root}{path}");
            report.gaps.push(Gap { url, what: "file".into(), reason, detail: detail.into(), post: None });
        }
    }
    Ok(bad)
}

fn fault(stream: &Named, hash: &str, bytes: Option<u64>) -> Result<Option<&'static str>> {
    let (mut raw, mut hasher, mut n, mut buf) = (stream.open_raw()?, Sha256::new(), 0u64, vec![0; 64 * 1024]);
    loop {
        let read = match raw.read(&mut buf) {
            Ok(0) => break,
            Ok(read) => read,
            Err(_) => return Ok(Some("cannot be read to its end")),
        };
        hasher.update(buf.get(..read).unwrap_or_default());
        n += read as u64;
    }
    let digest = Digest::finish(hasher);
    let named = hash.strip_prefix("sha256:").map(|h| h.eq_ignore_ascii_case(digest.as_str()));
    Ok(match (named, bytes) {
        (Some(false), _) => Some("its hash is not the one that the package gives"),
        (_, Some(bytes)) if bytes != n => Some("its length is not the one that the package gives"),
        _ => None,
    })
}

/// Returns the numbers of the addresses that the lists of pages name: what was archived on purpose.
pub fn pages(streams: &[Named], report: &mut Report) -> Result<HashSet<u64>> {
    let mut out = HashSet::new();
    for list in streams.iter().filter(|s| s.name.ends_with("pages.jsonl")) {
        let bytes = match list.read(MAX_PAGES) {
            Ok(bytes) => bytes,
            Err(error) => {
                report.unreadable(list, &error);
                continue;
            }
        };
        for line in bytes.split(|b| *b == b'\n') {
            let page: Value = serde_json::from_slice(line).unwrap_or_default();
            if let Some(url) = page["url"].as_str() {
                out.insert(key(url));
            }
        }
    }
    Ok(out)
}
