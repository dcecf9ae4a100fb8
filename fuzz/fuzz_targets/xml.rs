//! Any bytes inside an export whose beginning is sound: what is not well-formed is repaired, or its place is named.
#![no_main]

#[path = "../shared/import.rs"]
mod shared;

const HEAD: &[u8] = b"<?xml version=\"1.0\"?><rss xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><item><title>";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::import("wxr", &[HEAD, bytes].concat()));
