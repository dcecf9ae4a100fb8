//! `mdarchive config`: what is settled beforehand, and where.

use serde_json::json;

use super::args::{ConfigArgs, ConfigVerb};
use super::context::Context;
use super::exit::Exit;
use super::report::{self, clean};
use super::settings::keys::{KEYS, URL};
use super::settings::{self, FILE, Settings};
use crate::error::{Error, Result};

pub fn run(args: &ConfigArgs, context: &Context) -> Result<Exit> {
    match &args.verb {
        ConfigVerb::Init => init(context)?,
        ConfigVerb::Check => check(context)?,
        ConfigVerb::Show { names } => show(names, context)?,
        ConfigVerb::Schema => {
            report::say_out(&format!("{}\n", serde_json::to_string_pretty(&settings::schema()).unwrap_or_default()));
        }
    }
    Ok(Exit::Whole)
}

fn init(context: &Context) -> Result<()> {
    let path = context.archives.join(FILE);
    std::fs::create_dir_all(&context.archives).map_err(Error::io("create", &context.archives))?;
    super::init::write_new(&path, &settings::example())?;
    report::say_out(&format!("{}\n", path.display()));
    Ok(())
}

fn check(context: &Context) -> Result<()> {
    let settings = context.settings()?;
    for name in settings.blogs() {
        // What the values mean is known only when they are used.
        super::fetch::request(&name, &settings, context)?;
    }
    let blogs = settings.blogs();
    if context.json {
        report::say_out(&format!("{}\n", json!({"blogs": blogs})));
    } else if !context.quiet {
        report::say_err(&format!("{}: in order", report::count(blogs.len() as u64, "blog", "blogs")));
    }
    Ok(())
}

fn show(names: &[String], context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let known = settings.blogs();
    if let Some(stranger) = names.iter().find(|n| !known.contains(n)) {
        let hint = if known.is_empty() { "none is set".into() } else { format!("there are: {}", known.join(", ")) };
        return Err(Error::usage(format!("no blog named {stranger} is set")).with_hint(hint));
    }
    let names = if names.is_empty() { known } else { names.to_vec() };
    if context.json {
        let blogs: serde_json::Map<_, _> = names.iter().map(|n| (n.clone(), machine(&settings, n))).collect();
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&blogs).unwrap_or_default()));
        return Ok(());
    }
    let mut out = String::new();
    for name in if names.is_empty() { vec!["(every blog)".to_string()] } else { names } {
        out.push_str(&format!("{}\n", clean(&name)));
        let values = settings.of(&name);
        for key in KEYS.iter().filter(|k| k.name != URL || values.contains_key(URL)) {
            let (value, origin) = match values.get(key.name) {
                Some((value, origin)) => (value.json().to_string(), origin.to_string()),
                None => (key.otherwise.to_string(), "not set".to_string()),
            };
            out.push_str(&clean(&format!("  {:<10} {value:<40} {origin}", key.name)));
            out.push('\n');
        }
    }
    report::say_out(&out);
    Ok(())
}

fn machine(settings: &Settings, name: &str) -> serde_json::Value {
    let values = settings.of(name);
    let one = |(value, origin): &(settings::keys::Value, settings::Origin)| json!({"value": value.json(), "from": origin.to_string()});
    values.iter().map(|(key, set)| (key.to_string(), one(set))).collect::<serde_json::Map<_, _>>().into()
}
