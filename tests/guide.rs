//! Promise: the guide to the formats and the table of formats are in step.

use mdarchive::import::FORMATS;

const GUIDE: &str = include_str!("../docs/formats.md");

#[test]
fn every_format_has_its_section_and_every_section_its_format() {
    let sections: Vec<&str> = GUIDE.split("\n## ").skip(1).collect();
    let mut named: Vec<&str> =
        sections.iter().filter_map(|s| s.lines().next()?.rsplit_once("(`")?.1.strip_suffix("`)")).collect();
    assert_eq!(named.len(), sections.len(), "a heading ends with the name of its format");
    let mut known: Vec<&str> = FORMATS.iter().filter(|f| f.read.is_some()).map(|f| f.kind).collect();
    named.sort();
    known.sort();
    assert_eq!(named, known);
    for section in sections {
        for part in ["*Get it:*", "*Told by:*", "*Taken:*", "*Left out:*", "*Limits:*"] {
            assert!(section.contains(part), "{part} in {}", section.lines().next().unwrap());
        }
    }
}
