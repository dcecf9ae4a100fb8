//! One post out of what several sources say of it.
//!
//! The result depends on the set of captures, never on their order: for each field the winner is chosen by certainty,
//! then by the publisher's own time of change, then by the table of sources; the losers stay in `fields`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Also, Certainty, Comment, Digest, Field, Media, Post, Rejected, Source, canonical_json, fold_words};

/// How near to what the author wrote a source is. Missing kinds rank lowest.
const RANK: [(&str, u8); 22] = [
    ("reverted", 90),
    ("wxr", 80),
    ("blogger", 80),
    ("mt", 80),
    ("ghost", 80),
    ("medium", 80),
    ("substack", 80),
    ("tumblr", 80),
    ("livejournal", 80),
    ("dotclear", 80),
    ("markdown", 80),
    ("text", 75),
    ("rest", 60),
    ("wpcom", 60),
    ("blogger-api", 60),
    ("tumblr-api", 60),
    ("feed", 50),
    ("page", 40),
    ("wayback", 30),
    ("index", 25),
    ("excerpt", 20),
    ("snapshot", 10),
];

/// Fields chosen one by one. Those of a line are one decision: the rest follow the first.
const FIELDS: [&[&str]; 14] = [
    &["url"],
    &["kind"],
    &["status"],
    &["title"],
    &["authors"],
    &["published"],
    &["updated"],
    &["language"],
    &["series"],
    &["tags"],
    &["categories"],
    &["excerpt"],
    &["html", "text", "captions", "links", "media"],
    &["enclosures"],
];

/// What came of a merge.
#[derive(Debug)]
pub struct Merged {
    pub post: Post,
    /// An older text that came in after a newer one of the same source: kept as a version, never as the current text.
    pub older: Option<Post>,
}

/// One value of a field and who says it.
#[derive(Clone)]
struct Candidate {
    source: String,
    certainty: Certainty,
    how: String,
    /// What else its own source gave.
    within: Vec<Rejected>,
    /// The value, or its digest where it lost before.
    value: Value,
    /// The values of the fields that follow.
    follow: Vec<Value>,
    updated: Option<Timestamp>,
}

/// Joins a post from one capture (a single source) into what is kept. `kept` keeps its id.
pub fn merge(kept: &Post, incoming: &Post) -> Merged {
    let stale = incoming.sources.iter().any(|s| kept.sources.iter().any(|k| k.kind == s.kind && is_older(s, k)));
    if stale {
        // An older text of a source that has spoken since: the past, not the present. What readers said stays said.
        let mut current = kept.clone();
        join_aliases(&mut current, incoming);
        let more = incoming.comments.iter().filter(|c| !kept.comments.iter().any(|k| k.id == c.id));
        current.comments.extend(more.cloned());
        sort_comments(&mut current.comments);
        if let (false, None, Some(field)) =
            (current.comments.is_empty(), kept.fields.get("comments"), incoming.fields.get("comments"))
        {
            current.fields.insert("comments".into(), Field { source: field.source.clone(), ..Field::default() });
        }
        for (name, value) in &incoming.extra {
            current.extra.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let past = join(kept, incoming);
        let older = (past.hash_text() != kept.hash_text()).then_some(past);
        return Merged { post: current, older };
    }
    Merged { post: join(kept, incoming), older: None }
}

/// Whether one statement of a source is older than another: by the time of capture where what came in tells it, else by
/// the publisher's own time of change. A capture without a time is one of ours, and the latest.
fn is_older(one: &Source, other: &Source) -> bool {
    let known = one.captured.is_some() || other.captured.is_some();
    let (a, b) = (one.captured.unwrap_or(Timestamp::MAX), other.captured.unwrap_or(Timestamp::MAX));
    match (one.updated, other.updated) {
        _ if known && a != b => a < b,
        _ if known => one.sha256 < other.sha256,
        (Some(new), Some(old)) => new < old,
        _ => false,
    }
}

fn join(kept: &Post, incoming: &Post) -> Post {
    let (Ok(Value::Object(a)), Ok(Value::Object(b))) = (serde_json::to_value(kept), serde_json::to_value(incoming))
    else {
        return kept.clone();
    };
    let mut sources = kept.sources.clone();
    for source in &incoming.sources {
        match sources.iter_mut().find(|s| s.kind == source.kind) {
            Some(old) => *old = source.clone(),
            None => sources.push(source.clone()),
        }
    }
    sources.sort_by(|x, y| x.kind.cmp(&y.kind));
    let updated: BTreeMap<&str, Option<Timestamp>> = sources.iter().map(|s| (s.kind.as_str(), s.updated)).collect();
    let replaced: Vec<&str> = incoming.sources.iter().map(|s| s.kind.as_str()).collect();

    let mut out = a.clone();
    let mut fields = BTreeMap::new();
    for line in FIELDS {
        let mut all = candidates(&a, &kept.fields, line, &updated);
        all.retain(|c| !replaced.contains(&c.source.as_str()));
        all.extend(candidates(&b, &incoming.fields, line, &updated));
        let Some(best) = winner(&all).filter(|at| whole(&all[*at])) else {
            for name in line {
                out.insert((*name).to_string(), empty_like(&a[*name]));
            }
            continue;
        };
        let values = std::iter::once(&all[best].value).chain(&all[best].follow);
        for (name, value) in line.iter().zip(values) {
            out.insert((*name).to_string(), value.clone());
        }
        fields.insert(line[0].to_string(), weighed(all, best, line[0]));
    }
    if let Some(body) = fields.get("html").cloned() {
        for name in ["text", "captions", "links", "media"].into_iter().filter(|n| !is_empty(&out[*n])) {
            let own = [kept, incoming].into_iter().filter_map(|p| p.fields.get(name)).find(|f| f.source == body.source);
            let (certainty, how) = own.map_or((body.certainty, String::new()), |f| (f.certainty, f.how.clone()));
            fields.insert(name.into(), Field { source: body.source.clone(), certainty, how, ..Field::default() });
        }
    }
    for name in ["aliases", "comments"] {
        let source = better(source_of(kept, name), source_of(incoming, name));
        if !source.is_empty() {
            fields.insert(name.into(), Field { source, ..Field::default() });
        }
    }
    let Ok(mut post) = serde_json::from_value::<Post>(Value::Object(out)) else { return kept.clone() };
    post.sources = sources;
    post.comments = join_comments(kept, incoming);
    fill_media(&mut post.media, &[&kept.media, &incoming.media]);
    post.fields = fields;
    for (name, value) in &incoming.extra {
        post.extra.insert(name.clone(), value.clone());
    }
    for (name, value) in &incoming.other {
        post.other.entry(name.clone()).or_insert_with(|| value.clone());
    }
    join_aliases(&mut post, kept);
    join_aliases(&mut post, incoming);
    post.content_hash = post.hash_content();
    post
}

/// Collects what is known of the fields of one line: the value that stands, those that lost before, and for each who else
/// says it. What others say of a body is known by its words only, and cannot stand.
fn candidates(
    post: &Map<String, Value>,
    fields: &BTreeMap<String, Field>,
    line: &[&str],
    updated: &BTreeMap<&str, Option<Timestamp>>,
) -> Vec<Candidate> {
    let Some(field) = fields.get(line[0]) else { return Vec::new() };
    let stamp = |source: &str| updated.get(source).copied().flatten();
    let standing = Candidate {
        source: field.source.clone(),
        certainty: field.certainty,
        how: field.how.clone(),
        within: field.rejected.iter().filter(|r| !r.why.is_empty()).cloned().collect(),
        value: post[line[0]].clone(),
        follow: line[1..].iter().map(|n| post[*n].clone()).collect(),
        updated: stamp(&field.source),
    };
    let bare = |source: &str, certainty: Certainty, value: &Value| Candidate {
        source: source.to_string(),
        certainty,
        how: String::new(),
        within: Vec::new(),
        value: value.clone(),
        follow: Vec::new(),
        updated: stamp(source),
    };
    let shown = if field.also.is_empty() { Value::Null } else { told(&standing, line[0]) };
    let mut all: Vec<Candidate> = field.also.iter().map(|a| bare(&a.source, a.certainty, &shown)).collect();
    for lost in field.rejected.iter().filter(|r| r.why.is_empty()) {
        all.push(bare(&lost.source, lost.certainty, &lost.value));
        all.extend(lost.also.iter().map(|a| bare(&a.source, a.certainty, &lost.value)));
    }
    all.push(standing);
    all
}

/// Writes down how the values of a field were weighed. Of those who say the same the best is named, the others beside it:
/// what one source says is known even where a better one says it too.
fn weighed(mut all: Vec<Candidate>, best: usize, name: &str) -> Field {
    let newest = newest(&all);
    let chosen = all.swap_remove(best);
    all.sort_by(|x, y| order(y, x, newest).then_with(|| x.source.cmp(&y.source)));
    let same = |a: &Value, b: &Value| a == b || same_moment(name, a, b);
    let entry = |c: &Candidate| Also { source: c.source.clone(), certainty: c.certainty };
    let shown = told(&chosen, name);
    let (mut also, mut lost) = (Vec::new(), Vec::<Rejected>::new());
    for candidate in &all {
        let value = told(candidate, name);
        if same(&value, &shown) {
            also.push(entry(candidate));
        } else if let Some(better) = lost.iter_mut().find(|r| same(&r.value, &value)) {
            better.also.push(entry(candidate));
        } else {
            let Also { source, certainty } = entry(candidate);
            lost.push(Rejected { source, certainty, value, also: Vec::new(), why: String::new() });
        }
    }
    let by_name = |list: &mut Vec<Also>| list.sort_by(|x, y| x.source.cmp(&y.source));
    by_name(&mut also);
    lost.iter_mut().for_each(|r| by_name(&mut r.also));
    lost.extend(chosen.within);
    lost.sort_by(|x, y| (&x.source, canonical_json(&x.value)).cmp(&(&y.source, canonical_json(&y.value))));
    Field { source: chosen.source, certainty: chosen.certainty, how: chosen.how, also, rejected: lost }
}

/// Returns the place of the winner: what can stand at all, then stated over guessed, the newest known change (where a source gives no time of change,
/// it counts as of that time), the rank of the source, then the canonical bytes.
fn winner(all: &[Candidate]) -> Option<usize> {
    let newest = newest(all);
    (0..all.len()).max_by(|&x, &y| {
        let (x, y) = (&all[x], &all[y]);
        let by_bytes = || canonical_json(&x.value).cmp(&canonical_json(&y.value));
        whole(x).cmp(&whole(y)).then_with(|| order(x, y, newest)).then_with(by_bytes)
    })
}

fn newest(all: &[Candidate]) -> Option<Timestamp> {
    all.iter().filter_map(|c| c.updated).max()
}

/// How good two candidates are by what is known of their sources, whatever they say.
fn order(x: &Candidate, y: &Candidate, newest: Option<Timestamp>) -> Ordering {
    let key = |c: &Candidate| (c.certainty, c.updated.or(newest), rank(&c.source));
    key(x).cmp(&key(y))
}

/// A value that was shortened to its digest cannot stand again.
fn whole(c: &Candidate) -> bool {
    !c.value.as_str().is_some_and(|s| s.starts_with("sha256:"))
}

fn rank(source: &str) -> u8 {
    RANK.iter().find(|(kind, _)| *kind == source).map_or(0, |(_, rank)| *rank)
}

fn better(a: Option<&str>, b: Option<&str>) -> String {
    let best = match (a, b) {
        (Some(a), Some(b)) => {
            if rank(a).cmp(&rank(b)) == Ordering::Less {
                b
            } else {
                a
            }
        }
        (one, other) => one.or(other).unwrap_or_default(),
    };
    best.to_string()
}

fn source_of<'a>(post: &'a Post, field: &str) -> Option<&'a str> {
    post.fields.get(field).map(|f| f.source.as_str())
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null) || value.as_array().is_some_and(Vec::is_empty) || value.as_str() == Some("")
}

fn empty_like(value: &Value) -> Value {
    match value {
        Value::Array(_) => Value::Array(Vec::new()),
        Value::String(_) => Value::String(String::new()),
        _ => Value::Null,
    }
}

/// Returns a value as it is told among the losers. A body is told by its words: markup differs from source to source.
fn told(c: &Candidate, field: &str) -> Value {
    match c.follow.first().and_then(Value::as_str) {
        Some(text) if field == "html" => Value::String(words_digest(text)),
        _ => short(&c.value),
    }
}

/// Returns what a body is told by where it lost: the digest of its words.
pub fn words_digest(text: &str) -> String {
    format!("sha256:{}", Digest::of(fold_words(text)))
}

/// Returns a value as it stands among the losers: whole when short, else its digest.
fn short(value: &Value) -> Value {
    let bytes = canonical_json(value);
    if bytes.len() <= 400 { value.clone() } else { Value::String(format!("sha256:{}", Digest::of(bytes))) }
}

fn same_moment(field: &str, a: &Value, b: &Value) -> bool {
    matches!(field, "published" | "updated") && a["instant"].is_string() && a["instant"] == b["instant"]
}

/// Both lists by id; where both have one, the better source's words stand. A comment once kept stays, and what one source
/// shows in public is public.
fn join_comments(kept: &Post, incoming: &Post) -> Vec<Comment> {
    let (a, b) = (source_of(kept, "comments"), source_of(incoming, "comments"));
    let (first, second) =
        if rank(b.unwrap_or_default()) >= rank(a.unwrap_or_default()) { (incoming, kept) } else { (kept, incoming) };
    let mut all = first.comments.clone();
    for comment in all.iter_mut().filter(|c| c.status.is_some()) {
        if second.comments.iter().any(|s| s.id == comment.id && s.status.is_none()) {
            comment.status = None;
        }
    }
    all.extend(second.comments.iter().filter(|c| !first.comments.iter().any(|f| f.id == c.id)).cloned());
    sort_comments(&mut all);
    all
}

/// Puts comments in the order in which they are kept: by time, then by number.
pub fn sort_comments(comments: &mut [Comment]) {
    comments.sort_by(|x, y| sort_key(x).cmp(&sort_key(y)));
}

fn sort_key(c: &Comment) -> (Option<Timestamp>, u64, &str) {
    (c.published.as_ref().and_then(|d| d.instant), c.id.parse().unwrap_or(u64::MAX), &c.id)
}

/// What is known of a file by one source holds for the other: it is the same address.
fn fill_media(media: &mut [Media], known: &[&Vec<Media>]) {
    for m in media {
        let same = |k: &&Media| k.url == m.url && k.sha256.is_some() && (m.sha256.is_none() || m.sha256 == k.sha256);
        let mut all = known.iter().flat_map(|l| l.iter()).filter(same);
        let Some(kept) = all.clone().find(|k| k.via.is_some()).or_else(|| all.next()) else { continue };
        if m.sha256.is_none() {
            (m.sha256, m.mime, m.bytes) = (kept.sha256.clone(), kept.mime.clone(), kept.bytes);
            (m.width, m.height) = (kept.width, kept.height);
        }
        m.via = m.via.take().or_else(|| kept.via.clone());
    }
}

fn join_aliases(post: &mut Post, other: &Post) {
    post.aliases.extend(other.names().map(str::to_string));
    if post.id != other.id && other.id.is_valid() {
        post.aliases.push(other.id.to_string());
    }
    post.aliases.sort();
    post.aliases.dedup();
    let url = post.url.clone();
    post.aliases.retain(|a| Some(a) != url.as_ref());
}
