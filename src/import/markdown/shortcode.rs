//! What generators write between Markdown: Liquid and Nunjucks tags (Jekyll, Octopress, Hexo), shortcodes (Hugo, Zola).
//! What is not understood stays as it is and is counted.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A text with its tags turned into markup.
pub struct Expanded {
    pub text: String,
    /// Names of tags that were kept as they are, and how often.
    pub kept: BTreeMap<String, u64>,
}

/// Turns tags into markup. `base` stands for the site's address.
pub fn expand(text: &str, base: &str) -> Expanded {
    if !text.contains("{{") && !text.contains("{%") {
        return Expanded { text: text.to_string(), kept: BTreeMap::new() };
    }
    let mut kept = BTreeMap::new();
    let mut out = String::with_capacity(text.len());
    for (part, code) in parts(text) {
        if code {
            out.push_str(part);
        } else {
            out.push_str(&tags(part, base, &mut kept));
        }
    }
    Expanded { text: out, kept }
}

/// Cuts a text at its fenced code; says of each part whether it is code.
fn parts(text: &str) -> Vec<(&str, bool)> {
    let (mut out, mut start, mut at) = (Vec::new(), 0, 0);
    let mut fence: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|m| trimmed.starts_with(m));
        match (fence, mark) {
            (None, Some(m)) => {
                out.push((text.get(start..at).unwrap_or_default(), false));
                (start, fence) = (at, Some(m));
            }
            (Some(open), Some(m)) if open == m && trimmed.trim_end().chars().all(|c| m.starts_with(c)) => {
                let end = at + line.len();
                out.push((text.get(start..end).unwrap_or_default(), true));
                (start, fence) = (end, None);
            }
            _ => {}
        }
        at += line.len();
    }
    out.push((text.get(start..).unwrap_or_default(), fence.is_some()));
    out
}

fn tags(text: &str, base: &str, kept: &mut BTreeMap<String, u64>) -> String {
    static PAIR: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        ["highlight", "codeblock", "code", "raw", "blockquote", "quote", "pullquote", "include_code"]
            .iter()
            .flat_map(|n| [
                format!(r"(?s)\{{%-?\s*(?P<name>{n})\b(?P<args>[^%]*?)-?%\}}(?P<inner>.*?)\{{%-?\s*end{n}\s*-?%\}}"),
                format!(r"(?s)\{{\{{[<%]\s*(?P<name>{n})\b(?P<args>[^>%]*?)[>%]\}}\}}(?P<inner>.*?)\{{\{{[<%]\s*/\s*{n}\s*[>%]\}}\}}"),
            ])
            .map(|p| Regex::new(&p).expect("a fixed pattern"))
            .collect()
    });
    static SINGLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\{%-?\s*(?P<tag>[A-Za-z_][\w-]*)(?P<targs>[^%]*?)-?%\}|\{\{[<%]\s*(?P<code>[A-Za-z_][\w./-]*)(?P<cargs>(?:"[^"]*"|`[^`]*`|[^>])*?)/?\s*[>%]\}\}|\{\{-?\s*(?P<var>[^{}]*?)\s*-?\}\}"#).expect("a fixed pattern")
    });
    let mut text = text.to_string();
    let mut literal: Vec<String> = Vec::new();
    for pattern in PAIR.iter() {
        text = pattern
            .replace_all(&text, |c: &Captures| {
                let (html, whole) = pair(c);
                if !whole {
                    return html;
                }
                literal.push(html);
                format!("\u{e000}{}\u{e001}", literal.len() - 1)
            })
            .into_owned();
    }
    let text = SINGLE.replace_all(&text, |c: &Captures| {
        let whole = c.get(0).map(|m| m.as_str()).unwrap_or_default();
        let name = c.name("tag").or(c.name("code")).or(c.name("var")).map(|m| m.as_str()).unwrap_or_default();
        let args = c.name("targs").or(c.name("cargs")).map(|m| m.as_str()).unwrap_or_default();
        let made = if c.name("var").is_some() { variable(name, base) } else { single(name, &Args::read(args)) };
        made.unwrap_or_else(|| {
            let name = name.split(['.', ' ', '(', '|']).next().unwrap_or(name);
            if kept.len() < 20 || kept.contains_key(name) {
                *kept.entry(name.to_string()).or_default() += 1;
            }
            whole.to_string()
        })
    });
    static HELD: LazyLock<Regex> = LazyLock::new(|| Regex::new("\u{e000}(\\d+)\u{e001}").expect("a fixed pattern"));
    let held = |c: &Captures| {
        let n: Option<usize> = c.get(1).and_then(|m| m.as_str().parse().ok());
        n.and_then(|n| literal.get(n)).cloned().unwrap_or_default()
    };
    HELD.replace_all(&text, held).into_owned()
}

/// Renders a tag that holds a text; says whether what came is not to be looked at again.
fn pair(c: &Captures) -> (String, bool) {
    let group = |n: &str| c.name(n).map(|m| m.as_str()).unwrap_or_default();
    let (name, args, inner) = (group("name"), group("args").trim(), group("inner"));
    match name {
        "raw" => (inner.to_string(), true),
        "blockquote" | "quote" | "pullquote" => {
            let by = if args.is_empty() || name == "pullquote" {
                String::new()
            } else {
                format!("\n<p>{}</p>\n", escape(args))
            };
            (format!("\n<blockquote>\n\n{}\n{by}\n</blockquote>\n", inner.trim()), false)
        }
        _ => (
            format!("\n<pre><code>{}</code></pre>\n", escape(inner.trim_matches('\n')).replace("\n\n", "\n&#10;")),
            true,
        ),
    }
}

/// The words after a tag's name: in order, and those with a name.
struct Args {
    words: Vec<String>,
    named: BTreeMap<String, String>,
}

impl Args {
    fn read(text: &str) -> Args {
        static WORD: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"(?:(?P<key>[\w-]+)\s*=\s*)?(?:"(?P<a>(?:[^"\\]|\\.)*)"|'(?P<b>[^']*)'|`(?P<c>[^`]*)`|(?P<d>[^\s,=()]+))"#).expect("a fixed pattern")
        });
        let mut args = Args { words: Vec::new(), named: BTreeMap::new() };
        for found in WORD.captures_iter(text) {
            let value = ["a", "b", "c", "d"]
                .iter()
                .find_map(|n| found.name(n))
                .map(|m| m.as_str().replace("\\\"", "\""))
                .unwrap_or_default();
            match found.name("key") {
                Some(key) => {
                    args.named.insert(key.as_str().to_string(), value);
                }
                None => args.words.push(value),
            }
        }
        args
    }

    fn named(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|k| self.named.get(*k)).map(String::as_str).filter(|v| !v.is_empty())
    }

    fn word(&self, n: usize) -> Option<&str> {
        self.words.get(n).map(String::as_str)
    }
}

fn single(name: &str, args: &Args) -> Option<String> {
    let link = |url: String| Some(format!("<a href=\"{0}\">{0}</a>", escape(&url)));
    match name {
        "figure" | "img" | "image" if args.named(&["src", "link", "path"]).is_some() => {
            let src = args.named(&["src", "path", "link"])?;
            let caption = args.named(&["caption", "title"]).unwrap_or_default();
            let credit = args.named(&["attr", "attribution"]).unwrap_or_default();
            let words =
                [caption, credit].into_iter().filter(|w| !w.is_empty()).map(inline).collect::<Vec<_>>().join(" ");
            Some(figure(src, args.named(&["alt"]).unwrap_or_default(), &words))
        }
        // `{% img [class names] /path/to/image [width] [height] [title text [alt text]] %}`
        "img" | "asset_img" => {
            let picture =
                |w: &String| w.contains('/') || w.rsplit_once('.').is_some_and(|(_, e)| (3..=4).contains(&e.len()));
            let at = args.words.iter().position(picture)?;
            let mut words =
                args.words.iter().skip(at + 1).skip_while(|w| w.bytes().all(|b| b.is_ascii_digit() || b == b'%'));
            let title = words.next().cloned().unwrap_or_default();
            Some(format!(
                "<img src=\"{}\" alt=\"{}\" title=\"{}\" />",
                escape(args.word(at)?),
                escape(words.next().unwrap_or(&title)),
                escape(&title)
            ))
        }
        "youtube" => link(format!("https://www.youtube.com/watch?v={}", args.named(&["id"]).or(args.word(0))?)),
        "vimeo" => link(format!("https://vimeo.com/{}", args.named(&["id"]).or(args.word(0))?)),
        "gist" => match (args.word(0)?, args.word(1)) {
            (user, Some(id)) => link(format!("https://gist.github.com/{user}/{id}")),
            (id, None) => link(format!("https://gist.github.com/{id}")),
        },
        "tweet" | "x" => {
            let (user, id) = (args.named(&["user"]).unwrap_or("i/web"), args.named(&["id"]).or(args.word(0))?);
            link(format!("https://twitter.com/{user}/status/{id}"))
        }
        "post_url" | "post_link" | "post_path" => {
            let name = args.word(0)?.rsplit('/').next()?;
            let mut parts = name.splitn(4, '-');
            match (parts.next()?, parts.next(), parts.next(), parts.next()) {
                (y, Some(m), Some(d), Some(slug)) if y.len() == 4 => Some(format!("/{y}/{m}/{d}/{slug}.html")),
                _ => Some(format!("/{name}")),
            }
        }
        "ref" | "relref" => Some(args.word(0)?.trim_end_matches(".md").trim_end_matches("/index").to_string()),
        "link" if args.words.len() == 1 => {
            Some(format!("/{}", args.word(0)?.trim_start_matches('/').trim_start_matches('_')))
        }
        "toc" | "more" | "endraw" | "raw" => Some(String::new()),
        _ => None,
    }
}

/// Renders the Markdown of a caption, without the paragraph around it.
fn inline(text: &str) -> String {
    let html = super::html(text);
    let html = html.trim();
    let own = html.strip_prefix("<p>").and_then(|h| h.strip_suffix("</p>")).filter(|h| !h.contains("<p>"));
    own.unwrap_or(html).to_string()
}

fn figure(src: &str, alt: &str, caption: &str) -> String {
    let caption = if caption.is_empty() { String::new() } else { format!("<figcaption>{caption}</figcaption>") };
    format!("<figure><img src=\"{}\" alt=\"{}\" />{caption}</figure>", escape(src), escape(alt))
}

fn variable(name: &str, base: &str) -> Option<String> {
    let name = name.trim();
    match name.split('|').next().unwrap_or_default().trim() {
        "site.url" | "site.baseurl" | "site.root" | "config.root" | "site.production_url" => {
            Some(if name.starts_with("site.url") { base.to_string() } else { String::new() })
        }
        // `{{ "/a.png" | relative_url }}`
        quoted if quoted.starts_with(['"', '\'']) && name.contains("_url") => {
            Some(quoted.trim_matches(['"', '\'']).to_string())
        }
        _ => None,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_markup_outside_code() {
        let table = [
            (
                "{{< figure src=\"a.jpg\" caption=\"A > *b*\" alt=x >}}",
                "<figure><img src=\"a.jpg\" alt=\"x\" /><figcaption>A &gt; <em>b</em></figcaption></figure>",
            ),
            (
                "{% img left /i/a.png 200 100 'The boat' %}",
                "<img src=\"/i/a.png\" alt=\"The boat\" title=\"The boat\" />",
            ),
            ("{% highlight rust %}\na<b {{ x }}\n{% endhighlight %}", "\n<pre><code>a&lt;b {{ x }}</code></pre>\n"),
            ("{% post_url 2010-01-02-slug %}", "/2010/01/02/slug.html"),
            ("```\n{% img /a.png %}\n```\n", "```\n{% img /a.png %}\n```\n"),
            ("[x]({{ site.url }}/a)", "[x](http://b.example/a)"),
        ];
        for (text, expected) in table {
            assert_eq!(expand(text, "http://b.example").text, expected, "{text}");
        }
        let unknown = expand("{% include x.html %} {{ page.title }}", "");
        assert_eq!(unknown.text, "{% include x.html %} {{ page.title }}");
        assert_eq!(unknown.kept.keys().collect::<Vec<_>>(), ["include", "page"]);
    }
}
