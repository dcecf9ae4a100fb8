//! All integration tests in one binary, a module per promise.

mod cli;
mod epub;
mod export;
mod extract;
mod faults;
mod harness;
mod http;
mod import;
mod schema;
mod snapshot;
mod store;
mod warc;
