//! All integration tests in one binary, a module per promise.

mod harness;
mod import;
mod store;
