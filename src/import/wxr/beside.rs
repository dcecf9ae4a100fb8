//! Uploads that lie with an export (a copy of `wp-content/uploads`, the media export of WordPress.com): tied to the
//! addresses that the export lists.

use std::collections::HashMap;

use super::survey::Survey;
use crate::import::parts::percent_decoded;
use crate::input::Named;

/// Returns the files with the addresses they had, those of smaller sizes of a picture too.
pub fn tied<'a>(files: &[&'a Named], survey: &Survey) -> Vec<(String, &'a Named)> {
    let mut known: HashMap<String, Vec<String>> = HashMap::new();
    if files.is_empty() {
        return Vec::new();
    }
    for url in survey.addresses() {
        known.entry(percent_decoded(last(&url))).or_default().push(url);
    }
    let address = |file: &Named| {
        let name = last(&file.name);
        let urls = known.get(name).or_else(|| known.get(&whole(name)))?;
        // Of several of one name it is the one in the same folders.
        let near = |url: &&String| alike(url, &file.name);
        let url = urls.iter().max_by_key(near).filter(|u| urls.len() == 1 || near(u) > 0)?;
        Some(format!("{}{}", url.strip_suffix(last(url))?, if known.contains_key(name) { last(url) } else { name }))
    };
    files.iter().filter_map(|file| Some((address(file)?, *file))).collect()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `boat-300x200.jpg`, `boat-scaled.jpg` → `boat.jpg`.
fn whole(name: &str) -> String {
    let Some((stem, ending)) = name.rsplit_once('.') else { return name.to_string() };
    let size = |s: &str| s == "scaled" || s.split('x').filter(|n| n.parse::<u16>().is_ok()).count() == 2;
    match stem.rsplit_once('-') {
        Some((stem, tail)) if size(tail) => format!("{stem}.{ending}"),
        _ => name.to_string(),
    }
}

/// Returns how many folders above the file are the same.
fn alike(url: &str, path: &str) -> usize {
    url.rsplit('/').skip(1).zip(path.rsplit('/').skip(1)).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_one_picture() {
        assert_eq!(whole("boat-300x200.jpg"), "boat.jpg");
        assert_eq!(whole("boat-scaled.jpg"), "boat.jpg");
        assert_eq!(whole("pier-2007.jpg"), "pier-2007.jpg");
        assert_eq!(alike("http://a.example/u/2007/04/x.jpg", "media/2007/04/x.jpg"), 2);
    }
}
