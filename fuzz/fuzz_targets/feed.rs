//! Any bytes as a feed: they end in posts or in an error.
#![no_main]

#[path = "../shared/import.rs"]
mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::import("feed", bytes));
