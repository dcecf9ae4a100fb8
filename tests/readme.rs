//! What the front page says is so.

use std::path::Path;

use crate::harness::run::mdarchive;

const README: &str = include_str!("../README.md");

#[test]
fn every_command_stands_in_the_readme() {
    let help = mdarchive(Path::new("."), &["--help"]).out;
    let commands = help.lines().skip_while(|l| *l != "Commands:").skip(1).take_while(|l| !l.is_empty());
    let names: Vec<&str> = commands.filter_map(|l| l.split_whitespace().next()).filter(|n| *n != "help").collect();
    assert!(names.len() > 5, "{help}");
    for name in names {
        let stands = README.contains(&format!("mdarchive {name}")) || README.contains(&format!("-- {name}"));
        assert!(stands, "{name} is not in the readme");
    }
}

#[test]
fn the_demo_prints_and_makes_what_the_readme_says() {
    let folder = tempfile::tempdir().unwrap();
    let ran = mdarchive(folder.path(), &["demo"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let printed: String = README.split("It prints\n```\n").nth(1).unwrap().split("```").next().unwrap().into();
    // The line with seconds in it differs from run to run.
    let lines = |text: &str| text.lines().filter(|l| !l.ends_with("requests)")).map(String::from).collect::<Vec<_>>();
    let (talk, results): (Vec<_>, Vec<_>) =
        lines(&printed).into_iter().partition(|l| !l.starts_with("mdarchive-demo/"));
    assert_eq!(lines(&ran.out), results);
    assert_eq!(lines(&ran.err)[..talk.len()], talk);
    for path in results {
        assert!(folder.path().join(&path).is_file(), "{path}");
    }
}
