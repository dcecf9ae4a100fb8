//! What makes the folder a site: settings of Jekyll and Hugo, and Hugo's rule for links between files.

use super::front::quoted;
use super::plan::PLACES;
use crate::error::Result;
use crate::export::folder::Folder;
use crate::model::Site;

/// Settings that keep characters as they are: quotes and dashes are the author's.
const JEKYLL: &str = include_str!("../../../templates/markdown/_config.yml");
const JEKYLL_LINKS: &str = include_str!("../../../templates/markdown/_plugins/links.rb");
const HUGO: &str = include_str!("../../../templates/markdown/hugo.toml");
/// `[words](other.md)` → the page of that file; newer versions of Hugo do so by themselves.
const LINKS: &str = include_str!("../../../templates/markdown/layouts/_default/_markup/render-link.html");

pub fn write(site: &Site, names: &[String], media: bool, out: &Folder) -> Result<()> {
    let host = site.url.as_deref().unwrap_or_default().trim_end_matches('/');
    let mut jekyll = String::new();
    for (key, value) in [
        ("title", site.title.as_str()),
        ("description", &site.description),
        ("url", host),
        ("lang", site.language.as_deref().unwrap_or_default()),
        ("timezone", site.timezone.as_deref().filter(|z| z.contains('/')).unwrap_or_default()),
    ] {
        if !value.is_empty() {
            jekyll.push_str(&format!("{key}: {}\n", quoted(value)));
        }
    }
    out.write("_config.yml", (jekyll + JEKYLL).as_bytes())?;
    out.write("_plugins/links.rb", JEKYLL_LINKS.as_bytes())?;
    let mut hugo = format!("baseURL = {}\ntitle = {}\n", quoted(&format!("{host}/")), quoted(&site.title));
    if let Some(language) = &site.language {
        hugo.push_str(&format!("languageCode = {}\n", quoted(language)));
    }
    hugo.push_str(HUGO);
    let mut mount = |from: &str, to: &str| {
        hugo.push_str(&format!("\n[[module.mounts]]\nsource = \"{from}\"\ntarget = \"{to}\"\n"));
    };
    for (from, to) in PLACES {
        if names.iter().any(|n| n.strip_prefix(from).is_some_and(|n| n.starts_with('/'))) {
            mount(from, &format!("content/{to}"));
        }
    }
    if media {
        mount("media", "static/media");
    }
    mount("layouts", "layouts");
    out.write("hugo.toml", hugo.as_bytes())?;
    out.write("layouts/_default/_markup/render-link.html", LINKS.as_bytes())
}
