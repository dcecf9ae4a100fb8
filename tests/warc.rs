//! Raw captures: what is written can be read back, and what a kill left is kept up to the last whole record.

use std::fs;
use std::io::{BufReader, Read};

use flate2::read::GzDecoder;
use mdarchive::model::{Capture, Digest};
use mdarchive::store::warc::{Records, WarcWriter, cdxj, salvage};
use url::Url;

fn capture(n: u32, body: &[u8]) -> Capture {
    Capture {
        url: Url::parse(&format!("http://example.com/post/{n}?b=2&a=1#top")).unwrap(),
        time: "2026-03-04T05:06:07.25Z".parse().unwrap(),
        request: Vec::new(),
        status: 200,
        headers: vec![
            ("Content-Type".into(), "Text/HTML; charset=utf-8".into()),
            ("Transfer-Encoding".into(), "chunked".into()),
        ],
        body: body.to_vec(),
        decoded: None,
        truncated: (n == 2).then_some("length"),
    }
}

fn bodies() -> [Vec<u8>; 4] {
    let noise: Vec<u8> = (0..3000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    [b"<p>one</p>".to_vec(), Vec::new(), noise, b"\r\n\r\nWARC/1.1\r\n".to_vec()]
}

fn written() -> (Vec<u8>, Vec<String>) {
    let time = "2026-03-04T05:00:00Z".parse().unwrap();
    let mut writer = WarcWriter::new(Vec::new(), "run-1.warc.gz", time).unwrap();
    let lines: Vec<_> = (0..).zip(bodies()).map(|(n, b)| writer.write(&capture(n, &b)).unwrap().to_string()).collect();
    (writer.into_inner(), lines)
}

#[test]
fn each_exchange_is_a_member_of_its_own_at_the_place_the_index_says() {
    let time = "2026-03-04T05:00:00Z".parse().unwrap();
    let mut writer = WarcWriter::new(Vec::new(), "run-1.warc.gz", time).unwrap();
    let lines: Vec<_> = (0..).zip(bodies()).map(|(n, b)| writer.write(&capture(n, &b)).unwrap()).collect();
    let file = writer.into_inner();
    for (line, body) in lines.iter().zip(bodies()) {
        let member = &file[line.offset as usize..(line.offset + line.length) as usize];
        let mut record = Vec::new();
        GzDecoder::new(member).read_to_end(&mut record).unwrap();
        let record_end = [body.as_slice(), b"\r\n\r\n"].concat();
        assert!(record.starts_with(b"WARC/1.1\r\nWARC-Type: response\r\n"));
        assert!(record.ends_with(&record_end));
        assert_eq!(line.digest, Digest::of(&body));
        assert_eq!((line.mime.as_str(), line.status), ("text/html", 200));
        assert_eq!(
            line.surt,
            "com,example)/post/".to_string() + &line.url["http://example.com/post/".len()..][..1] + "?a=1&b=2"
        );
    }
}

#[test]
fn records_say_what_was_cut_and_what_stands_in_them() {
    let (file, _) = written();
    let records: Vec<_> = Records::new(file.as_slice()).map(Result::unwrap).collect();
    assert_eq!(
        records.iter().map(|r| r.kind.as_str()).collect::<Vec<_>>(),
        ["warcinfo", "response", "response", "response", "response"]
    );
    assert!(records.iter().all(|r| r.damage.is_none()));
    let third = &file[records[3].offset as usize..];
    let mut text = Vec::new();
    GzDecoder::new(third).read_to_end(&mut text).unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    for line in ["WARC-Truncated: length", "X-Archive-Orig-Transfer-Encoding: chunked", "Content-Length: 3000"] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} is not in {text}");
    }
    assert!(!text.contains("\r\nTransfer-Encoding"));
    assert_eq!(records[3].payload, Digest::of(&bodies()[2]));
}

#[test]
fn same_captures_give_the_same_bytes() {
    assert_eq!(written(), written());
}

#[test]
fn file_cut_at_any_byte_keeps_every_record_before_the_cut() {
    let (file, lines) = written();
    let ends: Vec<u64> = Records::new(file.as_slice()).map(|r| r.unwrap()).map(|r| r.offset + r.length).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run-1.warc.gz");
    for cut in 0..=file.len() {
        fs::write(&path, &file[..cut]).unwrap();
        let found = salvage(&path, "run-1.warc.gz").unwrap();
        let whole = ends.iter().filter(|end| **end <= cut as u64).count();
        assert_eq!(found.valid, whole.checked_sub(1).map_or(0, |i| ends[i]), "cut at {cut}");
        assert_eq!(found.torn, found.valid != cut as u64, "cut at {cut}");
        let kept: Vec<String> = found.lines.iter().map(|l| l.to_string()).collect();
        assert_eq!(kept, lines[..whole.saturating_sub(1)], "cut at {cut}");
    }
}

#[test]
fn flipped_byte_anywhere_is_noticed() {
    let (file, lines) = written();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run-1.warc.gz");
    // Bytes 4..10 of a member's head are a time, flags and a system: no checksum covers them.
    let starts: Vec<usize> = Records::new(file.as_slice()).map(|r| r.unwrap().offset as usize).collect();
    for at in (0..file.len()).filter(|at| !starts.iter().any(|s| (s + 3..s + 10).contains(at))) {
        let mut bent = file.clone();
        bent[at] ^= 1;
        fs::write(&path, &bent).unwrap();
        assert!(salvage(&path, "run-1.warc.gz").unwrap().lines.len() < lines.len(), "byte {at}");
    }
}

#[test]
fn index_can_be_made_again_from_the_file() {
    let (file, lines) = written();
    let again: Vec<_> =
        Records::new(BufReader::new(file.as_slice())).filter_map(|r| r.unwrap().line("run-1.warc.gz")).collect();
    let mut sorted = lines;
    sorted.sort();
    assert_eq!(String::from_utf8(cdxj(&again)).unwrap().lines().collect::<Vec<_>>(), sorted);
}
