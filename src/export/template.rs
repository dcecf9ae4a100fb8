//! Templates: compiled in, replaced file by file by those of a user's folder. It knows no post; what it is given to
//! fill in is escaped unless marked as markup. The only room beside `cli` that names a template file to the user.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use minijinja::OutputSpanKind;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use crate::error::{Error, Result};

/// Larger files in a folder of templates are a mistake.
const LARGEST: u64 = 4 << 20;

/// A set of templates of one export.
pub struct Templates {
    env: Environment<'static>,
    /// Files that are handed out as they are, and where the user's own templates came from, by name.
    plain: BTreeMap<&'static str, String>,
    own: BTreeMap<String, String>,
    folder: &'static str,
}

impl Templates {
    /// Reads templates: those compiled in, by name relative to `templates/<folder>/`, and in their place the files of
    /// the same name in the user's folder (with or without `<folder>/` in it). Names that fit none are given to `note`.
    pub fn load(
        folder: &'static str,
        built_in: &'static [(&'static str, &'static str)],
        user: Option<&Path>,
        note: &mut dyn FnMut(String),
    ) -> Result<Templates> {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        env.set_syntax(syntax.map_err(|e| Error::export("templates", e))?);
        env.set_auto_escape_callback(|_| AutoEscape::Html);
        // The engine's own escaping turns every slash of an address into a reference and lets through what XML refuses.
        env.set_formatter(|out, _, value| {
            if value.is_none() || value.is_undefined() {
                return Ok(());
            }
            let text = value.to_string();
            if value.is_safe() {
                return out.write_str(&text).map_err(Into::into);
            }
            let mut escaped = String::with_capacity(text.len());
            escape(&mut escaped, &text);
            out.write_str(&escaped).map_err(Into::into)
        });
        let mut templates = Templates { env, plain: BTreeMap::new(), own: BTreeMap::new(), folder };
        let mut files = user.map(|u| read_folder(u, folder)).transpose()?.unwrap_or_default();
        for (name, source) in built_in {
            let own = files.remove(*name);
            if let Some((path, _)) = &own {
                templates.own.insert(name.to_string(), path.clone());
            }
            let source = own.map_or_else(|| source.to_string(), |(_, source)| source);
            if name.ends_with(".css") {
                templates.plain.insert(name, source);
            } else {
                let added = templates.env.add_template_owned(*name, source);
                added.map_err(|e| templates.fault(name, &e))?;
            }
        }
        for (path, _) in files.into_values() {
            note(format!("{path} replaces no template and is not used; the names are {}", names(built_in)));
        }
        Ok(templates)
    }

    /// Fills in a template. An error names the file and the line.
    pub fn render(&self, name: &str, context: impl Into<Value>) -> Result<String> {
        let template = self.env.get_template(name).map_err(|e| self.fault(name, &e))?;
        let context = context.into();
        let text = template.render(context.clone()).map_err(|e| self.fault(name, &e))?;
        // What a template of the user's makes has to be well-formed XML; the ones compiled in are known to be.
        if !self.own.is_empty()
            && let Err((at, why)) = well_formed(&text)
        {
            let spans = template.render_with_spans(context).map(|(_, spans)| spans).unwrap_or_default();
            let span = spans.iter().rev().find(|s| s.output_range().start <= at);
            let place = span.map_or_else(
                || self.place(name),
                |s| {
                    // Within a stretch that stands in the template as it is, lines are counted on.
                    let raw = s.kind() == OutputSpanKind::Raw;
                    let on = text.get(s.output_range().start..at).map_or(0, |t| t.matches('\n').count());
                    format!("{} line {}", self.place(s.name()), s.line() + if raw { on } else { 0 })
                },
            );
            return Err(Error::export(place, format!("what it makes is no XML: {why}"))
                .with_hint("close every element, and write & as &amp; in the template"));
        }
        Ok(text)
    }

    /// Returns a file that is handed out as it is (a stylesheet).
    pub fn plain(&self, name: &str) -> &str {
        self.plain.get(name).map(String::as_str).unwrap_or_default()
    }

    fn fault(&self, name: &str, e: &minijinja::Error) -> Error {
        let name = e.name().unwrap_or(name);
        let line = e.line().map(|l| format!(" line {l}")).unwrap_or_default();
        let mut why = e.detail().map_or_else(|| e.kind().to_string(), |d| format!("{}: {d}", e.kind()));
        let mut cause = std::error::Error::source(e);
        while let Some(inner) = cause {
            why = format!("{why}: {inner}");
            cause = inner.source();
        }
        Error::export(format!("{}{line}", self.place(name)), why)
            .with_hint("compare the template with the built-in one of the same name; leave it out to use that one")
    }

    fn place(&self, name: &str) -> String {
        self.own.get(name).cloned().unwrap_or_else(|| format!("templates/{}/{name}", self.folder))
    }
}

/// Returns markup that is not escaped when filled in.
pub fn markup(text: String) -> Value {
    Value::from_safe_string(text)
}

/// Reads a text as XML; an error says at which byte and why.
fn well_formed(text: &str) -> std::result::Result<(), (usize, String)> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut open: Vec<usize> = Vec::new();
    loop {
        let at = reader.buffer_position() as usize;
        match reader.read_event() {
            Ok(Event::Eof) => return open.pop().map_or(Ok(()), |at| Err((at, "an element is not closed".into()))),
            Ok(Event::Start(e)) => {
                attributes(&e).map_err(|why| (at, why))?;
                open.push(at);
            }
            Ok(Event::Empty(e)) => attributes(&e).map_err(|why| (at, why))?,
            Ok(Event::End(_)) => {
                open.pop();
            }
            Ok(_) => {}
            Err(e) => return Err((reader.error_position() as usize, e.to_string())),
        }
    }
}

fn attributes(e: &quick_xml::events::BytesStart<'_>) -> std::result::Result<(), String> {
    e.attributes().try_for_each(|a| a.map(|_| ()).map_err(|e| e.to_string()))
}

/// Writes text as character data: markup escaped, what XML 1.0 (section 2.2) cannot hold left out.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if is_xml(c) => out.push(c),
            _ => {}
        }
    }
}

/// Returns whether XML 1.0 may hold the character; C1 controls are allowed there and still wanted by nobody.
pub fn is_xml(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}')
        && (c as u32) & 0xfffe != 0xfffe
}

fn names(built_in: &[(&str, &str)]) -> String {
    built_in.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ")
}

/// Returns the files below a user's folder by their name there: path and text.
fn read_folder(root: &Path, folder: &str) -> Result<BTreeMap<String, (String, String)>> {
    let below = root.join(folder);
    let base = if below.is_dir() { below } else { root.to_path_buf() };
    let mut files = BTreeMap::new();
    let mut folders = vec![(base, String::new())];
    while let Some((path, prefix)) = folders.pop() {
        for entry in fs::read_dir(&path).map_err(Error::io("read", &path))? {
            let entry = entry.map_err(Error::io("read", &path))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let (path, name) = (entry.path(), format!("{prefix}{name}"));
            let about = fs::metadata(&path).map_err(Error::io("read", &path))?;
            if about.is_dir() && prefix.matches('/').count() < 3 {
                folders.push((path, name + "/"));
            } else if about.is_file() && about.len() <= LARGEST && !name.ends_with('~') {
                let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
                files.insert(name, (path.display().to_string(), text));
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT_IN: &[(&str, &str)] = &[("a.xhtml", "<p>{{ word }}</p>\n"), ("b.css", "p {}")];

    fn load(user: Option<&Path>) -> Result<Templates> {
        Templates::load("epub", BUILT_IN, user, &mut |_| {})
    }

    fn with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| fs::write(dir.path().join(name), text).unwrap());
        dir
    }

    #[test]
    fn what_is_filled_in_is_escaped_unless_it_is_markup() {
        let t = load(None).unwrap();
        let of = |word: Value| t.render("a.xhtml", minijinja::context! { word }).unwrap();
        assert_eq!(of(Value::from("a/b <&\"\u{1}>")), "<p>a/b &lt;&amp;&quot;&gt;</p>\n");
        assert_eq!(of(markup("<b>x</b>".into())), "<p><b>x</b></p>\n");
    }

    #[test]
    fn a_users_file_replaces_the_one_of_its_name_only() {
        let dir = with(&[("a.xhtml", "<div>{{ word }}</div>"), ("c.xhtml", "x")]);
        let mut notes = Vec::new();
        let t = Templates::load("epub", BUILT_IN, Some(dir.path()), &mut |n| notes.push(n)).unwrap();
        assert_eq!(t.render("a.xhtml", minijinja::context! { word => "w" }).unwrap(), "<div>w</div>");
        assert_eq!(t.plain("b.css"), "p {}");
        assert!(notes.len() == 1 && notes[0].contains("c.xhtml"), "{notes:?}");
    }

    #[test]
    fn a_fault_names_file_and_line() {
        let told = |source: &str| {
            let dir = with(&[("a.xhtml", source)]);
            let made = load(Some(dir.path())).and_then(|t| t.render("a.xhtml", minijinja::context! { word => "w" }));
            made.unwrap_err().to_string()
        };
        assert!(
            told("<p>\n{{ wrod }}</p>").contains("a.xhtml line 2: undefined value"),
            "{}",
            told("<p>\n{{ wrod }}</p>")
        );
        assert!(told("<p>\n\n{% if %}</p>").contains("a.xhtml line 3: syntax error"));
        let open = told("<p>\n<b>{{ word }}</p>");
        assert!(open.contains("a.xhtml line 2: what it makes is no XML"), "{open}");
    }
}
