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

fn record_at(file: &[u8], offset: u64) -> String {
    let mut text = Vec::new();
    GzDecoder::new(&file[offset as usize..]).read_to_end(&mut text).unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn what_was_asked_stands_beside_the_answer_without_secrets() {
    let mut c = capture(1, b"<p>one</p>");
    c.request = vec![("Host".into(), "example.com".into()), ("Cookie".into(), "session=letmein".into())];
    let mut writer = WarcWriter::new(Vec::new(), "run-1.warc.gz", c.time).unwrap();
    let line = writer.write(&c).unwrap();
    let file = writer.into_inner();
    let records: Vec<_> = Records::new(file.as_slice()).map(Result::unwrap).collect();
    assert_eq!(records.iter().map(|r| r.kind.as_str()).collect::<Vec<_>>(), ["warcinfo", "response", "request"]);
    assert_eq!(line.length, records[1].length, "the index knows the answer alone");
    let (answer, asked) = (record_at(&file, records[1].offset), record_at(&file, records[2].offset));
    let id = answer.lines().find_map(|l| l.strip_prefix("WARC-Record-ID: ")).unwrap();
    assert!(asked.contains(&format!("WARC-Concurrent-To: {id}\r\n")));
    assert!(asked.contains("\r\n\r\nGET /post/1?b=2&a=1 HTTP/1.1\r\nHost: example.com\r\n"), "{asked}");
    assert!(!asked.contains("letmein"));
}

#[test]
fn payload_that_came_before_is_written_once_and_found_by_its_digest() {
    let body = vec![b'x'; 5000];
    let mut writer = WarcWriter::new(Vec::new(), "run-1.warc.gz", capture(1, &body).time).unwrap();
    let lines: Vec<_> = (1..=2).map(|n| writer.write(&capture(n, &body)).unwrap()).collect();
    assert_eq!(lines[0].digest, lines[1].digest);
    assert_eq!((lines[0].mime.as_str(), lines[1].mime.as_str()), ("text/html", "warc/revisit"));
    let file = writer.into_inner();
    let again = record_at(&file, lines[1].offset);
    for line in [
        "WARC-Type: revisit",
        "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        "WARC-Refers-To-Target-URI: http://example.com/post/1?b=2&a=1",
        "WARC-Refers-To-Date: 2026-03-04T05:06:07.25Z",
    ] {
        assert!(again.contains(&format!("{line}\r\n")), "{line} is not in {again}");
    }
    assert!(!again.contains("xxxx"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run-1.warc.gz");
    fs::write(&path, &file).unwrap();
    assert_eq!(salvage(&path, "run-1.warc.gz").unwrap().lines, lines, "the index can be made again");
}
