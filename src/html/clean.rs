//! What may stand in a kept body: one list of elements and attributes. Everything else goes.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ego_tree::NodeId;
use html5ever::ns;
use scraper::node::Element;
use scraper::{Html, Node};

use super::walk;

/// Elements that stay, with the attributes they may have beside [`EVERYWHERE`]. An element not named here gives way to
/// what is in it.
const ELEMENTS: [(&str, &[&str]); 94] = [
    ("a", &["href", "rel", "hreflang", "type"]),
    ("abbr", &[]),
    ("acronym", &[]),
    ("address", &[]),
    ("article", &[]),
    ("aside", &[]),
    ("audio", &["src", "controls"]),
    ("b", &[]),
    ("bdi", &[]),
    ("bdo", &[]),
    ("big", &[]),
    ("blockquote", &["cite"]),
    ("br", &[]),
    ("caption", &[]),
    ("center", &[]),
    ("cite", &[]),
    ("code", &[]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("dd", &[]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("dfn", &[]),
    ("div", &[]),
    ("dl", &[]),
    ("dt", &[]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &[]),
    ("footer", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("header", &[]),
    ("hgroup", &[]),
    ("hr", &[]),
    ("i", &[]),
    ("img", &["src", "alt", "width", "height"]),
    ("ins", &["cite", "datetime"]),
    ("kbd", &[]),
    ("li", &["value"]),
    ("main", &[]),
    ("mark", &[]),
    ("nav", &[]),
    ("ol", &["start", "reversed", "type"]),
    ("p", &[]),
    ("pre", &[]),
    ("q", &["cite"]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &[]),
    ("small", &[]),
    ("source", &["src", "type"]),
    ("span", &[]),
    ("strike", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["colspan", "rowspan", "headers", "align"]),
    ("tfoot", &[]),
    ("th", &["colspan", "rowspan", "headers", "scope", "abbr", "align"]),
    ("thead", &[]),
    ("time", &["datetime"]),
    ("tr", &[]),
    ("track", &["src", "kind", "srclang", "label"]),
    ("tt", &[]),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
    ("video", &["src", "poster", "controls", "width", "height"]),
    ("wbr", &[]),
    // Drawings without scripts, links or foreign content.
    ("svg", &["viewBox", "width", "height", "role"]),
    ("g", &["transform", "fill", "stroke", "stroke-width"]),
    ("path", &["d", "transform", "fill", "stroke", "stroke-width"]),
    ("rect", &["x", "y", "rx", "ry", "width", "height", "transform", "fill", "stroke", "stroke-width"]),
    ("circle", &["cx", "cy", "r", "transform", "fill", "stroke", "stroke-width"]),
    ("ellipse", &["cx", "cy", "rx", "ry", "transform", "fill", "stroke", "stroke-width"]),
    ("line", &["x1", "y1", "x2", "y2", "transform", "stroke", "stroke-width"]),
    ("polyline", &["points", "transform", "fill", "stroke", "stroke-width"]),
    ("polygon", &["points", "transform", "fill", "stroke", "stroke-width"]),
    ("text", &["x", "y", "dx", "dy", "text-anchor", "font-size", "transform", "fill"]),
    ("tspan", &["x", "y", "dx", "dy"]),
    ("title", &[]),
    ("desc", &[]),
    ("defs", &[]),
];

/// Elements of formulas (MathML Core), which take the attributes in [`FORMULA`].
const FORMULAS: [&str; 30] = [
    "math",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mrow",
    "msup",
    "msub",
    "msubsup",
    "mfrac",
    "msqrt",
    "mroot",
    "munder",
    "mover",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mspace",
    "mstyle",
    "mpadded",
    "mphantom",
    "menclose",
    "mfenced",
    "mmultiscripts",
    "mprescripts",
    "merror",
    "semantics",
    "none",
];
const FORMULA: [&str; 12] = [
    "display",
    "mathvariant",
    "displaystyle",
    "scriptlevel",
    "stretchy",
    "fence",
    "separator",
    "width",
    "open",
    "close",
    "accent",
    "linethickness",
];

/// Attributes that any element may have.
const EVERYWHERE: [&str; 5] = ["id", "lang", "dir", "title", "class"];

/// Classes that mean something to readers of the archive; `language-…` on code is another.
const CLASSES: [&str; 8] =
    ["embed", "credit", "wp-caption-text", "alignleft", "alignright", "aligncenter", "pullquote", "footnotes"];

/// Elements that go with all that is in them.
const DROPPED: [&str; 36] = [
    "script", "style", "template", "noscript", "head", "link", "meta", "base", "frameset", "frame", "noframes",
    "noembed", "iframe", "object", "embed", "applet", "param", "canvas", "input", "button", "select", "option",
    "optgroup", "textarea", "datalist", "keygen", "map", "area", "dialog", "slot", "portal", "bgsound", "basefont",
    "output", "progress", "meter",
];

/// Elements that parse their content apart: where one gives way, what is in it may read otherwise.
const SCOPES: [&str; 12] =
    ["form", "fieldset", "marquee", "label", "legend", "search", "menu", "dir", "nobr", "hgroup", "center", "xmp"];

/// Where pictures come from that nobody looks at.
const TRACKERS: [&str; 26] = [
    "feeds.feedburner.com/~",
    "feedads.g.doubleclick.net",
    "doubleclick.net",
    "feeds.wordpress.com/1.0/",
    "pixel.wp.com",
    "stats.wordpress.com",
    "stats.wp.com",
    "pixel.quantserve.com",
    "google-analytics.com",
    "scorecardresearch.com",
    "assoc-amazon.",
    "amazon-adsystem.com",
    "blogger.googleusercontent.com/tracker",
    "medium.com/_/stat",
    "statcounter.com",
    "sitemeter.com",
    "facebook.com/tr",
    "pheedo.com",
    "feedblitz.com/t.gif",
    "feedsportal.com",
    "rss.buysellads.com",
    "res.feedsportal.com",
    "webbug",
    "/piwik.php",
    "/matomo.php",
    "hits.blogsoft",
];

/// Takes away all that is not on the list. Returns whether what is left may read otherwise when parsed again.
pub(super) fn allow(tree: &mut Html, top: NodeId) -> bool {
    let Some(root) = tree.tree.get(top) else { return false };
    let (mut removed, mut unwrapped, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let mut again = false;
    for node in root.descendants().skip(1) {
        match node.value() {
            Node::Element(e) => match judge(e) {
                Fate::Kept => kept.push(node.id()),
                Fate::Unwrapped => {
                    again |= SCOPES.contains(&e.name()) || node.ancestors().take(8).any(|a| walk::name(&a) == "p");
                    unwrapped.push(node.id());
                }
                Fate::Removed => removed.push(node.id()),
            },
            Node::Comment(_) | Node::ProcessingInstruction(_) | Node::Doctype(_) => removed.push(node.id()),
            _ => {}
        }
    }
    removed.into_iter().for_each(|id| walk::remove(tree, id));
    unwrapped.into_iter().for_each(|id| walk::unwrap(tree, id));
    let mut ids = HashSet::new();
    for id in kept {
        walk::edit(tree, id, |e| attributes(e, &mut ids));
    }
    again
}

enum Fate {
    Kept,
    Unwrapped,
    Removed,
}

fn judge(e: &Element) -> Fate {
    let html = e.name.ns == ns!(html);
    let name = e.name();
    let drawing = e.name.ns == ns!(svg);
    if e.name.ns == ns!(mathml) {
        return if FORMULAS.contains(&name) { Fate::Kept } else { Fate::Removed };
    }
    let place = place(name);
    if html && place.is_none() && DROPPED.contains(&name)
        || name == "img" && (is_tracker(e) || walk::value(e, "src").is_none())
    {
        return Fate::Removed;
    }
    let known = place.is_some() && html != is_drawing(name);
    match (known, drawing) {
        (true, _) => Fate::Kept,
        (false, true) => Fate::Removed,
        (false, false) => Fate::Unwrapped,
    }
}

fn is_drawing(name: &str) -> bool {
    static FROM: LazyLock<usize> = LazyLock::new(|| place("svg").unwrap_or(ELEMENTS.len()));
    place(name).is_some_and(|at| at >= *FROM)
}

fn permitted(name: &str) -> Option<&'static [&'static str]> {
    place(name).and_then(|at| ELEMENTS.get(at)).map(|(_, attributes)| *attributes)
}

/// Returns where an element stands in [`ELEMENTS`].
fn place(name: &str) -> Option<usize> {
    static PLACES: LazyLock<HashMap<&str, usize>> =
        LazyLock::new(|| ELEMENTS.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect());
    PLACES.get(name).copied()
}

/// Returns whether a picture is there to count readers: a dot, or from an address known for it.
fn is_tracker(img: &Element) -> bool {
    let dot = |key| walk::value(img, key).is_some_and(|v| matches!(v.trim().trim_end_matches("px"), "0" | "1"));
    let src = walk::value(img, "src").unwrap_or_default();
    (dot("width") && dot("height")) || TRACKERS.iter().any(|t| src.contains(t))
}

fn attributes(e: &mut Element, ids: &mut HashSet<String>) {
    let name = e.name().to_string();
    let own: &[&str] = if FORMULAS.contains(&name.as_str()) { &FORMULA } else { permitted(&name).unwrap_or_default() };
    if name == "a"
        && walk::value(e, "id").is_none()
        && let Some(anchor) = walk::value(e, "name").map(str::to_string)
    {
        e.attrs.insert(walk::attr_name("id"), anchor.as_str().into());
    }
    if matches!(name.as_str(), "audio" | "video") {
        e.attrs.insert(walk::attr_name("controls"), "".into());
    }
    e.attrs.retain(|key, value| {
        let key = &*key.local;
        (own.contains(&key) || EVERYWHERE.contains(&key))
            && (!value.trim().is_empty() || matches!(key, "alt" | "controls" | "open" | "reversed"))
    });
    if let Some(given) = walk::value(e, "class") {
        let told_by_name = |c: &str| name == "figcaption" && c == "wp-caption-text";
        let keeps =
            |c: &&str| CLASSES.contains(c) && !told_by_name(c) || c.starts_with("language-") || c.starts_with("lang-");
        let left = given.split_ascii_whitespace().filter(keeps).collect::<Vec<_>>().join(" ");
        if left.is_empty() {
            e.attrs.shift_remove(&walk::attr_name("class"));
        } else {
            e.attrs.insert(walk::attr_name("class"), left.as_str().into());
        }
    }
    if let Some(id) = walk::value(e, "id").map(str::to_string)
        && (id.contains(char::is_whitespace) || !ids.insert(id))
    {
        e.attrs.shift_remove(&walk::attr_name("id"));
    }
}

#[cfg(test)]
mod tests {
    use crate::html::body;

    fn clean(markup: &str) -> String {
        body(markup, None, None).html
    }

    #[test]
    fn nothing_that_runs_or_asks_stays() {
        let cases = [
            ("<p onclick=x style='position:fixed'>a</p>", "<p>a</p>"),
            ("a<script>x</script><style>y</style><!-- z -->b", "ab"),
            ("<a href='javascript:x'>a</a>", "<a>a</a>"),
            ("<form action=x><input value=y><p>a</p><textarea>t</textarea></form>", "<p>a</p>"),
            ("<img src='http://a/b.gif' width=1 height=1>x", "x"),
            ("<svg onload=x><script>y</script><path d='M0' onclick=z /></svg>", "<svg><path d=\"M0\"></path></svg>"),
            (
                "<math><mi xlink:href='javascript:x'>a</mi><maction actiontype=x>b</maction></math>",
                "<math><mi>a</mi></math>",
            ),
            ("<font color=red>a</font><blink>b</blink><o:p>c</o:p>", "abc"),
            ("<a name=top class='x embed'>a</a><b id=top>b</b>", "<a class=\"embed\" id=\"top\">a</a><b>b</b>"),
            ("<img src=a.jpg alt='' onerror=x srcset='b.jpg 1x'>", "<img src=\"b.jpg\" alt=\"\">"),
        ];
        for (given, expected) in cases {
            assert_eq!(clean(given), expected, "{given}");
        }
    }
}
