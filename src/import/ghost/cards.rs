//! Cards: what both editors of Ghost keep apart from the text.

use serde_json::Value;

use super::body::escape;
use crate::import::json::{items, text};
use crate::import::markdown;

/// Renders a card; nothing for those that show nothing to a reader of the archive.
pub fn card(name: &str, payload: &Value) -> String {
    let get = |key: &str| text(payload, key).unwrap_or_default();
    let first = |keys: &[&str]| keys.iter().map(|k| get(k)).find(|v| !v.is_empty()).unwrap_or_default();
    match name {
        "markdown" | "card-markdown" => markdown::html(get("markdown")),
        "html" | "card-html" => get("html").to_string(),
        "hr" | "card-hr" | "horizontalrule" => "<hr />".into(),
        "image" | "card-image" => figure(&image(payload), get("caption")),
        "gallery" => {
            let images: Vec<String> = items(payload, "images").into_iter().map(image).collect();
            figure(&images.join("\n"), get("caption"))
        }
        "code" | "card-code" | "codeblock" => {
            figure(&format!("<pre><code>{}</code></pre>", escape(get("code"))), get("caption"))
        }
        "embed" | "card-embed" => {
            let url = get("url");
            let link = format!("<a class=\"embed\" href=\"{0}\">{0}</a>", escape(url));
            figure(if get("html").is_empty() { &link } else { get("html") }, get("caption"))
        }
        "bookmark" => {
            let about = payload.get("metadata").unwrap_or(payload);
            let title = text(about, "title").unwrap_or(get("url"));
            let link = format!("<a href=\"{}\">{}</a>", escape(get("url")), escape(title));
            let said = text(about, "description").map(|d| format!("<p>{}</p>", escape(d))).unwrap_or_default();
            figure(&format!("<p>{link}</p>{said}"), get("caption"))
        }
        "callout" => format!("<blockquote><p>{} {}</p></blockquote>", escape(get("calloutEmoji")), get("calloutText")),
        "toggle" => format!("<p><strong>{}</strong></p>{}", get("heading"), get("content")),
        "video" | "audio" => {
            let shown = format!("<{name} src=\"{}\"></{name}>", escape(get("src")));
            let title = if name == "audio" { get("title") } else { "" };
            figure(&shown, first(&["caption"]).trim())
                + &if title.is_empty() { String::new() } else { format!("<p>{}</p>", escape(title)) }
        }
        "file" => {
            let words = first(&["fileTitle", "fileName", "src"]);
            let said =
                if get("fileCaption").is_empty() { String::new() } else { format!(" {}", escape(get("fileCaption"))) };
            format!("<p><a href=\"{}\">{}</a>{said}</p>", escape(get("src")), escape(words))
        }
        "button" => format!("<p><a href=\"{}\">{}</a></p>", escape(get("buttonUrl")), escape(get("buttonText"))),
        "header" | "signup" => {
            let (head, sub) = (first(&["heading", "header"]), first(&["subheading", "subheader"]));
            format!("<h2>{head}</h2><p>{sub}</p>")
        }
        "product" => {
            let title = first(&["productTitle"]);
            let image = get("productImageSrc");
            let image = if image.is_empty() { String::new() } else { format!("<img src=\"{}\" />", escape(image)) };
            format!("{image}<h4>{title}</h4>{}", get("productDescription"))
        }
        _ => String::new(),
    }
}

fn image(payload: &Value) -> String {
    let get = |key: &str| text(payload, key).unwrap_or_default();
    let title = if get("title").is_empty() { String::new() } else { format!(" title=\"{}\"", escape(get("title"))) };
    let image = format!("<img src=\"{}\" alt=\"{}\"{title} />", escape(get("src")), escape(get("alt")));
    if get("href").is_empty() { image } else { format!("<a href=\"{}\">{image}</a>", escape(get("href"))) }
}

fn figure(shown: &str, caption: &str) -> String {
    let caption = if caption.is_empty() { String::new() } else { format!("<figcaption>{caption}</figcaption>") };
    format!("<figure>{shown}{caption}</figure>")
}
