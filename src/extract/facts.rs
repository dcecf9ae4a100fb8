//! What a page says of itself apart from its text: metadata of the head, JSON-LD, TrackBack RDF. It knows no platform.

use std::sync::LazyLock;

use ego_tree::NodeRef;
use regex::Regex;
use scraper::{Html, Node};
use serde_json::{Map, Value};

use super::sources::{HEAD, Named};
use crate::html::{fold, unescape, walk};

/// JSON-LD that is longer or deeper than this is none of a blog's.
const LONGEST: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Facts {
    /// Name (lower case) and value of each `meta`, in order.
    pub metas: Vec<(String, String)>,
    pub title: String,
    /// The JSON-LD object that describes the post, where there is one.
    pub article: Map<String, Value>,
    /// All JSON-LD objects by `@id`, for references.
    nodes: Vec<Map<String, Value>>,
    /// Attributes of the TrackBack RDF of the page.
    pub rdf: Vec<(String, String)>,
    /// What its COinS say, a bibliographic record in a `span`.
    coins: Vec<(String, String)>,
    pub canonical: Option<String>,
    pub base: Option<String>,
    pub language: Option<String>,
}

impl Facts {
    pub fn of(tree: &Html) -> Facts {
        let mut facts = Facts::default();
        for node in tree.tree.root().descendants() {
            match node.value() {
                Node::Element(e) => match e.name() {
                    "meta" => facts.meta(e),
                    "title" if facts.title.is_empty() && e.name.ns == html5ever::ns!(html) => {
                        let words: String =
                            node.children().filter_map(|c| c.value().as_text().map(|t| t.text.to_string())).collect();
                        facts.title = fold(&words);
                    }
                    "script" if walk::value(e, "type").is_some_and(|t| t.to_ascii_lowercase().contains("ld+json")) => {
                        let json: String =
                            node.children().filter_map(|c| c.value().as_text().map(|t| t.text.to_string())).collect();
                        facts.json(&json);
                    }
                    "link" => {
                        let rel = walk::value(e, "rel").unwrap_or_default().to_ascii_lowercase();
                        if rel.split_ascii_whitespace().any(|r| r == "canonical") && facts.canonical.is_none() {
                            facts.canonical = walk::attr(&node, "href").map(str::to_string);
                        }
                    }
                    "span" if facts.coins.is_empty() && walk::classes(e).any(|c| c == "Z3988") => {
                        let record = e.attr("title").unwrap_or_default();
                        let parts = url::form_urlencoded::parse(record.as_bytes()).take(60);
                        facts.coins = parts.map(|(k, v)| (k.into_owned(), fold(&v))).collect();
                    }
                    "base" if facts.base.is_none() => facts.base = walk::attr(&node, "href").map(str::to_string),
                    "html" => {
                        facts.language = walk::attr(&node, "lang").or(walk::attr(&node, "xml:lang")).map(str::to_string)
                    }
                    _ => {}
                },
                Node::Comment(c) if c.contains("<rdf:RDF") && facts.rdf.is_empty() => facts.rdf = rdf(c),
                _ => {}
            }
        }
        facts.article = facts
            .nodes
            .iter()
            .filter_map(|n| rank(n).map(|r| (r, n)))
            .max_by_key(|(r, _)| *r)
            .map(|(_, n)| n.clone())
            .unwrap_or_default();
        facts.fill();
        facts
    }

    /// Adds to what describes the post what stands by mistake in the page it is said to be the main part of.
    fn fill(&mut self) {
        let Some(Value::Object(inner)) = self.article.get("mainEntityOfPage").cloned() else { return };
        for key in ["headline", "datePublished", "dateModified", "author"] {
            if let (false, Some(value)) = (self.article.contains_key(key), inner.get(key)) {
                self.article.insert(key.to_string(), value.clone());
            }
        }
    }

    /// Returns what is known of one of several posts of the page: what holds for all, and the RDF that stands beside it.
    pub fn within(&self, node: NodeRef<'_, Node>) -> Facts {
        let rdf = node.descendants().find_map(|n| match n.value() {
            Node::Comment(c) if c.contains("rdf:Description") => Some(rdf(c)),
            _ => None,
        });
        Facts {
            rdf: rdf.unwrap_or_default(),
            base: self.base.clone(),
            language: self.language.clone(),
            ..Facts::default()
        }
    }

    /// Returns how many posts its JSON-LD describes.
    pub fn articles(&self) -> usize {
        self.nodes.iter().filter(|n| rank(n).is_some_and(|r| r >= 30)).count()
    }

    fn meta(&mut self, e: &scraper::node::Element) {
        let Some(value) =
            walk::value(e, "content").or_else(|| walk::value(e, "value")).map(fold).filter(|v| !v.is_empty())
        else {
            return;
        };
        for key in ["property", "name", "itemprop", "http-equiv"] {
            for name in walk::value(e, key).unwrap_or_default().split_ascii_whitespace() {
                let name = name.to_ascii_lowercase();
                self.metas.push((if key == "itemprop" { format!("itemprop:{name}") } else { name }, unescape(&value)));
            }
        }
    }

    /// Returns the values of the first of these names that has any.
    pub fn metas<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.metas.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Returns the names of the table for a field that the head of this page uses, in the order of the table.
    pub fn rules(&self, field: &str) -> impl Iterator<Item = &'static Named> {
        HEAD.iter().filter(move |r| r.field == field && self.metas.iter().any(|(n, _)| n == r.name))
    }

    /// Returns the values of a key of the page's COinS.
    pub fn coins(&self, key: &str) -> Vec<&str> {
        self.coins.iter().filter(|(k, v)| k == key && !v.is_empty()).map(|(_, v)| v.as_str()).collect()
    }

    /// Returns the address JSON-LD gives for an author of this name.
    pub fn author_url(&self, name: &str) -> Option<String> {
        let people = self.article.get("author")?;
        let list: Vec<&Value> = people.as_array().map_or_else(|| vec![people], |all| all.iter().take(100).collect());
        let text = |o: &Map<String, Value>, key: &str| o.get(key).and_then(Value::as_str).map(|t| fold(&unescape(t)));
        let of = |o: &Map<String, Value>| (text(o, "name").as_deref() == Some(name)).then(|| text(o, "url")).flatten();
        let refers = |o: &Map<String, Value>| self.nodes.iter().filter(|n| n.get("@id") == o.get("@id")).find_map(of);
        list.into_iter().filter_map(Value::as_object).find_map(|o| of(o).or_else(|| refers(o)))
    }

    pub fn meta_value<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.metas(name).next()
    }

    pub fn rdf_value(&self, name: &str) -> Option<&str> {
        self.rdf.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    fn json(&mut self, text: &str) {
        if text.len() > LONGEST {
            return;
        }
        let text = text
            .trim()
            .trim_start_matches("<!--")
            .trim_end_matches("-->")
            .trim_start_matches("//<![CDATA[")
            .trim_end_matches("//]]>");
        // Control characters inside strings are the commonest fault.
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let Ok(value) = serde_json::from_str::<Value>(clean.trim().trim_end_matches(';')) else {
            self.nodes.extend(torn(&clean));
            return;
        };
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Value::Array(all) => open.extend(all.into_iter().take(200)),
                Value::Object(object) => {
                    for key in ["@graph", "mainEntity", "mainEntityOfPage", "itemListElement"] {
                        if let Some(inner @ (Value::Array(_) | Value::Object(_))) = object.get(key) {
                            open.push(inner.clone());
                        }
                    }
                    if self.nodes.len() < 400 {
                        self.nodes.push(object);
                    }
                }
                _ => {}
            }
        }
    }

    /// Returns the texts a JSON-LD value stands for: of a list each, of an object its name, of a reference what it refers to.
    pub fn texts(&self, key: &str) -> Vec<String> {
        let mut out = Vec::new();
        let Some(value) = self.article.get(key) else { return out };
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Value::String(s) => out.push(fold(&unescape(s))),
                Value::Array(all) => open.extend(all.iter().rev().take(100)),
                Value::Object(o) => {
                    let name = o.get("name").or_else(|| o.get("@value"));
                    let referred = || {
                        let id = o.get("@id")?;
                        self.nodes
                            .iter()
                            .find(|n| n.get("@id") == Some(id) && n.contains_key("name"))
                            .and_then(|n| n.get("name"))
                    };
                    if let Some(Value::String(s)) = name.or_else(referred) {
                        out.push(fold(&unescape(s)));
                    } else if let Some(inner @ Value::Array(_)) = name {
                        open.push(inner);
                    }
                }
                _ => {}
            }
        }
        out.retain(|t| !t.is_empty());
        out
    }

    /// Returns the name of the site, as far as the page says it.
    pub fn site(&self) -> Option<String> {
        let of_type = |wanted: &str| {
            self.nodes
                .iter()
                .find(|n| types(n).any(|t| t == wanted))
                .and_then(|n| n.get("name"))
                .and_then(Value::as_str)
        };
        self.meta_value("og:site_name")
            .or_else(|| self.meta_value("application-name"))
            .or_else(|| of_type("WebSite"))
            .map(|s| fold(&unescape(s)))
    }
}

/// Returns what of JSON-LD that is none can be read by its keys alone.
fn torn(text: &str) -> Option<Map<String, Value>> {
    static KEYS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#""(headline|datePublished|dateModified)"\s*:\s*"([^"\\]{4,200})""#).ok());
    let mut object = Map::new();
    for found in KEYS.as_ref()?.captures_iter(text).take(20) {
        object.entry(&found[1]).or_insert_with(|| Value::from(&found[2]));
    }
    object.contains_key("datePublished").then(|| object.insert("@type".into(), "Article".into()))?;
    Some(object)
}

fn types(node: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let value = node.get("@type");
    let one = value.and_then(Value::as_str);
    let many = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many).map(|t| t.rsplit('/').next().unwrap_or(t))
}

/// Returns how well an object describes a post; none when it describes something else.
fn rank(node: &Map<String, Value>) -> Option<usize> {
    let by_type = types(node)
        .filter_map(|t| match t {
            "BlogPosting" | "LiveBlogPosting" | "SocialMediaPosting" | "DiscussionForumPosting" => Some(40),
            t if t.ends_with("Article") || t == "Report" || t == "Recipe" || t == "Review" => Some(30),
            "WebPage" | "ItemPage" | "CreativeWork" => Some(5),
            _ => None,
        })
        .max()?;
    let filled =
        ["headline", "datePublished", "author", "articleBody"].iter().filter(|k| node.contains_key(**k)).count();
    Some(by_type + filled * 3)
}

/// Returns what an `rdf:Description`, or an older `Work`, in a comment says, in attributes or in elements.
fn rdf(comment: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for name in ["dc:title", "dc:creator", "dc:date"] {
        let open = format!("<{name}>");
        let inner = comment.split_once(open.as_str()).and_then(|(_, rest)| rest.split_once("</")).map(|(text, _)| text);
        out.extend(inner.map(|text| (name.to_string(), fold(&unescape(text)))));
    }
    let Some(start) = comment.find("<rdf:Description") else { return out };
    let mut rest = comment.get(start + "<rdf:Description".len()..).unwrap_or_default();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim().to_ascii_lowercase();
        let Some(quote) = after.trim_start().chars().next().filter(|c| matches!(c, '"' | '\'')) else { break };
        let value = after.trim_start().get(1..).unwrap_or_default();
        let Some((value, after)) = value.split_once(quote) else { break };
        if name.contains(['>', '<']) || out.len() > 40 {
            break;
        }
        out.push((name, fold(&unescape(value))));
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(page: &str) -> Facts {
        Facts::of(&crate::html::parse_document(page))
    }

    #[test]
    fn the_post_is_found_in_a_graph_and_its_references_followed() {
        let facts = of(r##"<script type="application/ld+json">{"@graph":[{"@type":"WebSite","name":"Site"},
            {"@type":["Article","BlogPosting"],"headline":"A &amp; B","author":{"@id":"#p"},"keywords":["x","y"]},
            {"@type":"Person","@id":"#p","name":"Ann Example"}]}</script>"##);
        assert_eq!(facts.texts("headline"), ["A & B"]);
        assert_eq!(facts.texts("author"), ["Ann Example"]);
        assert_eq!(facts.texts("keywords"), ["x", "y"]);
        assert_eq!(facts.site().as_deref(), Some("Site"));
    }

    #[test]
    fn json_ld_that_is_none_gives_its_days_and_one_wrapped_in_its_page_all() {
        let of = |json: &str| {
            let page = format!("<script type='application/ld+json'>{json}</script>");
            Facts::of(&crate::html::parse_document(&page)).texts("datePublished")
        };
        assert_eq!(
            of(r#"{"@type":"NewsArticle","datePublished":"2020-10-26T18:10:00+01:00",}"#),
            ["2020-10-26T18:10:00+01:00"]
        );
        let page = r#"{"@type":"NewsArticle","mainEntityOfPage":{"@type":"WebPage","datePublished":"2020-10-26"}}"#;
        assert_eq!(of(page), ["2020-10-26"]);
    }

    #[test]
    fn trackback_rdf_is_read_from_its_comment() {
        let facts = of(
            "<body><!--\n<rdf:RDF><rdf:Description rdf:about=\"http://a\" dc:title=\"It&#8217;s\" dc:creator='Ann' dc:date=\"2005-01-02T03:04:05+01:00\" /></rdf:RDF>-->",
        );
        assert_eq!(facts.rdf_value("dc:title"), Some("It’s"));
        assert_eq!(facts.rdf_value("dc:creator"), Some("Ann"));
    }
}
