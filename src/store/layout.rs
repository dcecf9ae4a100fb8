//! Where things lie in an archive, and under what names.

use std::path::{Path, PathBuf};

use url::Url;

use crate::error::{Error, Result};
use crate::model::{Digest, Kind, Post, PostId, slugify};

pub const INFO: &str = "archive.json";
pub const RUNS: &str = "runs.jsonl";
pub const CACHE: &str = ".cache";
pub const LOCK: &str = ".cache/lock";
/// The batch that is being put in place; there only between two instants of a write.
pub const PENDING: &str = ".pending.json";
/// Ends the names of files that are not yet in place.
pub const TEMP: &str = ".tmp~";
/// Ends the name of the raw capture of a run that is going on.
pub const OPEN: &str = ".open~";

/// Returns the folder-relative path of a post's file, as it is chosen at first sight.
pub fn post_path(post: &Post) -> String {
    let name = format!("{}--{}.json", slug_of(post), post.id.short());
    if post.kind == Kind::Page {
        return format!("pages/{name}");
    }
    match post.published.as_ref().map(|d| d.year_month()) {
        Some((Some(y), Some(m))) => format!("posts/{y:04}/{m:02}/{name}"),
        Some((Some(y), None)) => format!("posts/{y:04}/{name}"),
        _ => format!("posts/undated/{name}"),
    }
}

/// Returns the last word of the permalink where it has one, else the title, in the letters of a file name.
fn slug_of(post: &Post) -> String {
    let from_url = post.url.as_deref().and_then(|u| Url::parse(u).ok()).filter(|u| u.query().is_none()).and_then(|u| {
        let last = u.path_segments()?.rfind(|s| !s.is_empty())?.to_string();
        let last = percent_decode(&last);
        let stem = last.rsplit_once('.').map_or(last.as_str(), |(stem, _)| stem).to_string();
        stem.chars().any(char::is_alphabetic).then_some(stem)
    });
    match from_url {
        Some(slug) => slugify(&slug),
        None => slugify(&post.title),
    }
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(b) => {
                out.push(b);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

pub fn version_path(id: &PostId, content_hash: &str) -> String {
    format!("versions/{id}/{content_hash}.json")
}

pub fn media_path(digest: &Digest, extension: &str) -> String {
    format!("media/sha256/{}/{digest}.{extension}", &digest.as_str()[..2])
}

pub fn raw_import_path(digest: &Digest, extension: &str) -> String {
    format!("raw/import/{digest}.{extension}")
}

/// File extensions of media types, the first of a type being the one that is written.
const EXTENSIONS: [(&str, &str); 22] = [
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/svg+xml", "svg"),
    ("image/avif", "avif"),
    ("image/bmp", "bmp"),
    ("image/tiff", "tif"),
    ("image/vnd.microsoft.icon", "ico"),
    ("image/heif", "heif"),
    ("audio/mpeg", "mp3"),
    ("audio/x-wav", "wav"),
    ("audio/ogg", "ogg"),
    ("audio/m4a", "m4a"),
    ("audio/x-flac", "flac"),
    ("video/mp4", "mp4"),
    ("video/webm", "webm"),
    ("video/quicktime", "mov"),
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("application/gzip", "gz"),
    ("text/html", "html"),
];

/// Returns the file extension of a media type, `bin` for one that is not known.
pub fn media_extension(mime: Option<&str>) -> &'static str {
    EXTENSIONS.iter().find(|(m, _)| Some(*m) == mime).map_or("bin", |(_, e)| e)
}

/// Returns the type of a file by its first bytes.
pub fn sniff(bytes: &[u8]) -> Option<String> {
    if let Some(kind) = infer::get(bytes) {
        let mime = kind.mime_type();
        // What begins as XML may be a drawing.
        if mime != "text/xml" {
            return Some(mime.to_string());
        }
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    head.contains("<svg").then(|| "image/svg+xml".to_string())
}

/// Returns the names of the archives in a folder, sorted; a folder that is not there holds none.
pub fn archive_names(archives: &Path) -> Result<Vec<String>> {
    let folder = match std::fs::read_dir(archives) {
        Ok(folder) => folder,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("read", archives)(e)),
    };
    let mut names: Vec<String> = folder
        .filter_map(|e| e.ok())
        .filter(|e| e.path().join(INFO).is_file())
        .filter_map(|e| e.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

/// Returns the path of a recorded file, refusing what would lead out of the archive.
pub fn inside(root: &Path, relative: &str) -> Option<PathBuf> {
    let path = Path::new(relative);
    let plain = path.components().all(|c| matches!(c, std::path::Component::Normal(_)));
    (plain && !relative.is_empty() && !relative.contains('\\')).then(|| root.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_permalink_and_stay_in_the_folder() {
        let mut post = Post {
            id: PostId::of("x"),
            url: Some("http://e.com/2007/04/caf%C3%A9-noir.html".into()),
            ..Post::default()
        };
        assert!(post_path(&post).starts_with("posts/undated/café-noir--"));
        post.url = Some("http://e.com/?p=12".into());
        post.title = "../../etc: con".into();
        assert!(post_path(&post).starts_with("posts/undated/etc-con--"));
        assert_eq!(inside(Path::new("a"), "../b"), None);
        assert_eq!(inside(Path::new("a"), "/b"), None);
    }
}
