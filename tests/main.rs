//! All integration tests in one binary, a module per promise.

mod cli;
mod config;
mod demo;
mod epub;
mod export;
mod extract;
mod faults;
mod feeds;
mod fetch;
mod fixity;
mod formats;
mod guide;
mod harness;
mod history;
mod http;
mod import;
mod killed;
mod limits;
mod readme;
mod refetch;
mod schema;
mod scores;
mod secrets;
mod snapshot;
mod store;
mod warc;
