//! All integration tests in one binary, a module per promise.

mod cli;
mod faults;
mod formats;
mod harness;
mod http;
mod import;
mod store;
mod warc;
