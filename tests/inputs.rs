//! What `extract` reads: files, folders, gzip, web archives, texts; in their order, one bad page never stopping the rest.

use std::io::Write;
use std::path::{Path, PathBuf};

use mdarchive::event::Events;
use mdarchive::ops::extract::{ExtractRequest, extract};
use serde_json::Value;

fn page(title: &str) -> String {
    let text =
        "<p>The tide came in, as it does, and nobody on the quay was surprised by it in the least.</p>".repeat(4);
    format!(
        "<html><head><title>{title}</title></head><body class=single><div class=post><h1>{title}</h1><div class=entry-content>{text}</div></div></body></html>"
    )
}

fn lines(paths: Vec<PathBuf>, jobs: usize, full: bool) -> mdarchive::Result<Vec<Value>> {
    let mut out = Vec::new();
    let request = ExtractRequest { paths, jobs, full, ..ExtractRequest::default() };
    extract(&request, &Events::silent(), &mut |line| {
        out.push(line);
        Ok(())
    })?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Records of a web archive: target, status, type of the payload, payload.
fn warc(records: &[(&str, u16, &str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (uri, status, mime, body) in records {
        let mut block =
            format!("HTTP/1.1 {status} X\r\nContent-Type: {mime}\r\nContent-Length: {}\r\n\r\n", body.len())
                .into_bytes();
        block.extend_from_slice(body);
        let head = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2020-01-02T03:04:05Z\r\n\
             WARC-Record-ID: <urn:uuid:0>\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n",
            block.len()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&block);
        out.extend_from_slice(b"\r\n\r\n");
    }
    out
}

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("a.html", page("Tide one").as_bytes());
    write("b.html.gz", &gzip(page("Tide two").as_bytes()));
    write("c.html.gz", b"\x1f\x8b\x08\x00broken");
    write("d.jpg", b"\xff\xd8\xff\xe0\0\0\0");
    write("e.html", b"");
    write("f/g.html", page("Tide three").as_bytes());
    write(
        "h.txt",
        "Tags: sea, tide\n\nTide four\n\nThe tide came in. Nobody was surprised.\n\nIt went out again.\n".as_bytes(),
    );
    dir
}

fn told(lines: &[Value]) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    let one = |l: &Value| (text(&l["id"]), if l["title"].is_string() { text(&l["title"]) } else { "no post".into() });
    lines.iter().map(one).collect()
}

#[test]
fn a_folder_gives_a_line_a_page_in_its_order_whatever_is_in_it() {
    let dir = folder();
    let one = lines(vec![dir.path().into()], 1, false).unwrap();
    let expected = [
        ("a", "Tide one"),
        ("b", "Tide two"),
        ("c", "no post"),
        ("d.jpg", "no post"),
        ("e", "no post"),
        ("g", "Tide three"),
        ("h.txt", "Tide four"),
    ];
    assert_eq!(told(&one), expected.map(|(a, b)| (a.to_string(), b.to_string())));
    assert!(one.iter().filter(|l| l["title"].is_null()).all(|l| l["reason"].is_string()), "{one:?}");
    assert_eq!(one[6]["tags"], serde_json::json!(["sea", "tide"]));
    assert_eq!(one, lines(vec![dir.path().into()], 4, false).unwrap());
}

#[test]
fn a_missing_path_stops_no_other_and_alone_is_an_error() {
    let dir = folder();
    let (there, missing) = (dir.path().join("a.html"), dir.path().join("missing.html"));
    let both = lines(vec![missing.clone(), there], 0, false).unwrap();
    assert!(both[0]["reason"].as_str().unwrap().contains("missing.html") && both[1]["title"] == "Tide one");
    assert!(lines(vec![missing], 0, false).is_err());
}

#[test]
fn each_page_of_a_web_archive_is_read_with_its_address() {
    let latin = page("Tide caf\u{e9}").chars().map(|c| c as u8).collect::<Vec<u8>>();
    let bytes = warc(&[
        ("http://quay.example/1/", 200, "text/html", page("Tide one").as_bytes()),
        ("http://quay.example/a.css", 200, "text/css", b"p {}"),
        ("http://quay.example/2/", 200, "text/html; charset=iso-8859-1", &latin),
        ("http://quay.example/gone/", 404, "text/html", page("Gone").as_bytes()),
    ]);
    let dir = tempfile::tempdir().unwrap();
    let paths = [("x.warc", bytes.clone()), ("y.warc.gz", gzip(&bytes)), ("no-name", bytes.clone())];
    for (name, bytes) in paths {
        let path: &Path = &dir.path().join(name);
        std::fs::write(path, bytes).unwrap();
        let found = lines(vec![path.into()], 0, false).unwrap();
        let expected = [("http://quay.example/1/", "Tide one"), ("http://quay.example/2/", "Tide café")];
        assert_eq!(told(&found), expected.map(|(a, b)| (a.to_string(), b.to_string())), "{name}");
        assert_eq!(found[1]["url"], "http://quay.example/2/");
    }
    let cut = dir.path().join("cut.warc");
    std::fs::write(&cut, &bytes[..bytes.len() - 900]).unwrap();
    let found = lines(vec![cut], 0, false).unwrap();
    assert_eq!(found[0]["title"], "Tide one");
}

#[test]
fn posts_of_an_index_page_have_numbered_ids() {
    let dir = tempfile::tempdir().unwrap();
    let text =
        "<p>The tide came in, as it does, and nobody on the quay was surprised by it in the least, so it went.</p>"
            .repeat(2);
    let posts: String = (1..4)
        .map(|n| format!("<div class=post><h2><a href='http://quay.example/{n}/'>Tide {n}</a></h2>{text}</div>"))
        .collect();
    let path = dir.path().join("index.html");
    std::fs::write(&path, format!("<title>Quay</title>{posts}")).unwrap();
    let found = lines(vec![path.clone()], 0, false).unwrap();
    let expected = [("index", "Tide 1"), ("index#2", "Tide 2"), ("index#3", "Tide 3")];
    assert_eq!(told(&found), expected.map(|(a, b)| (a.to_string(), b.to_string())));
    let full = lines(vec![path], 0, true).unwrap();
    assert_eq!(full[1]["url"], "http://quay.example/2/");
    assert!(full[1]["comments"].is_array() && full[1]["content_hash"].is_string());
}
