//! A post as both forms of the format have it: attributes and named texts.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use crate::import::element::Element;
use crate::import::json;

/// A post. The names of `texts` are those of both forms: `regular-title`, `photo-caption`, `link-url`.
#[derive(Debug, Default)]
pub struct Post {
    pub id: String,
    pub kind: String,
    /// Attributes: `url-with-slug`, `date-gmt`, `state`, …
    pub about: BTreeMap<String, String>,
    pub texts: BTreeMap<String, String>,
    pub tags: Vec<String>,
    /// Speaker and words of a conversation.
    pub lines: Vec<(String, String)>,
    pub photos: Vec<Photo>,
}

/// A photo of a set: its largest address and its caption.
#[derive(Debug, Default, Clone)]
pub struct Photo {
    pub src: String,
    pub caption: String,
}

/// Attributes of both forms that say something of a post.
const ABOUT: [&str; 16] = [
    "url",
    "url-with-slug",
    "date-gmt",
    "date",
    "unix-timestamp",
    "format",
    "slug",
    "state",
    "is_reblog",
    "tumblelog",
    "reblogged-from-url",
    "reblogged-from-name",
    "reblogged_from_url",
    "reblogged_from_name",
    "reblogged_root_url",
    "reblog-key",
];

impl Post {
    pub fn of_xml(element: &Element) -> Post {
        let mut post = Post {
            id: element.attribute("id").unwrap_or_default().to_string(),
            kind: element.attribute("type").unwrap_or("regular").to_string(),
            ..Post::default()
        };
        for name in ABOUT {
            post.about.extend(element.attribute(name).map(|v| (name.to_string(), v.to_string())));
        }
        post.tags = element.all("tag").map(|t| t.text.trim().to_string()).collect();
        for child in &element.children {
            if child.children.is_empty() && !matches!(child.name.as_str(), "tag" | "photo-url") {
                post.texts.entry(child.name.clone()).or_insert_with(|| child.text.trim().to_string());
            }
        }
        if let Some(talk) = element.child("conversation") {
            let speaker = |l: &Element| l.attribute("label").or(l.attribute("name")).unwrap_or_default().to_string();
            post.lines = talk.all("line").map(|l| (speaker(l), l.text.trim().to_string())).collect();
        }
        let set = element.child("photoset").map(|s| s.all("photo").map(photo).collect::<Vec<_>>());
        post.photos = set.unwrap_or_default();
        if post.photos.is_empty() {
            post.photos.extend(Some(photo(element)).filter(|p| !p.src.is_empty()));
        }
        post
    }

    pub fn of_json(value: &Value) -> Post {
        let mut post = Post {
            id: json::leaf(value, "id").unwrap_or_default(),
            kind: json::text(value, "type").unwrap_or("regular").to_string(),
            ..Post::default()
        };
        for name in ABOUT {
            post.about.extend(json::leaf(value, name).map(|v| (name.to_string(), v)));
        }
        post.tags = json::items(value, "tags").into_iter().filter_map(Value::as_str).map(str::to_string).collect();
        for (name, text) in value.as_object().into_iter().flatten() {
            if let Some(text) =
                text.as_str().filter(|_| !name.starts_with("photo-url") && !ABOUT.contains(&name.as_str()))
            {
                post.texts.insert(name.clone(), text.trim().to_string());
            }
        }
        for line in json::items(value, "conversation") {
            let get = |k: &str| json::text(line, k).unwrap_or_default();
            let speaker = if get("label").is_empty() { get("name") } else { get("label") };
            post.lines.push((speaker.to_string(), get("phrase").to_string()));
        }
        let photo = |v: &Value| Photo {
            src: largest(v).unwrap_or_default(),
            caption: json::text(v, "caption").unwrap_or_default().to_string(),
        };
        post.photos = json::items(value, "photos").into_iter().map(photo).filter(|p| !p.src.is_empty()).collect();
        if post.photos.is_empty() {
            post.photos.extend(largest(value).map(|src| Photo { src, caption: String::new() }));
        }
        post
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str).filter(|t| !t.is_empty())
    }

    pub fn about(&self, name: &str) -> Option<&str> {
        self.about.get(name).map(String::as_str).filter(|t| !t.is_empty())
    }

    /// Returns the address of the blog.
    pub fn home(&self) -> Option<String> {
        Url::parse(self.about("url")?).ok()?.join("/").ok().map(|u| u.to_string())
    }
}

fn photo(element: &Element) -> Photo {
    let width = |e: &Element| e.attribute("max-width").and_then(|w| w.parse::<u32>().ok()).unwrap_or(0);
    let largest = element.all("photo-url").max_by_key(|e| width(e));
    Photo {
        src: largest.map(|e| e.text.trim().to_string()).unwrap_or_default(),
        caption: element.attribute("caption").unwrap_or_default().to_string(),
    }
}

/// Returns the address under the largest of `photo-url-1280`, `photo-url-500`, …
fn largest(value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    let sized =
        fields.iter().filter_map(|(k, v)| Some((k.strip_prefix("photo-url-")?.parse::<u32>().ok()?, v.as_str()?)));
    sized.max_by_key(|(width, _)| *width).map(|(_, src)| src.to_string())
}
