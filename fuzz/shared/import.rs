// Reads bytes as a stream of one format, whatever they look like, and refines what comes out.

use mdarchive::event::Events;
use mdarchive::import::{FORMATS, Found, Job, Options};
use mdarchive::{html, input, ops};

pub fn import(kind: &str, bytes: &[u8]) {
    let path = std::env::temp_dir().join(format!("mdarchive-fuzz-{}", std::process::id()));
    std::fs::write(&path, bytes).expect("a file");
    let Ok(opened) = input::open(&path) else { return };
    let format = FORMATS.iter().find(|f| f.kind == kind).expect("a format");
    let job = Job { streams: &opened.streams, events: &Events::silent(), options: Options::default() };
    let mut drafts = 0;
    let read = format.read.expect("a reader");
    let done = read(&job, &mut |found| {
        if let Found::Draft(draft) = found {
            drafts += 1;
            let post = ops::refine(*draft, "fuzz", None);
            let low = post.html.to_ascii_lowercase();
            assert!(!low.contains("<script") && !low.contains("<iframe") && !low.contains("<form"), "unclean: {low}");
            assert_eq!(html::body(&post.html, None, None).text, post.text, "the body reads otherwise when parsed again");
        }
        Ok(())
    });
    if let Ok(report) = done {
        assert!(report.found == drafts, "{} found, {drafts} handed on", report.found);
    }
    if let Some(redact) = format.redact {
        let mut copy = redact(Box::new(bytes));
        std::io::copy(&mut copy, &mut std::io::sink()).ok();
    }
}
