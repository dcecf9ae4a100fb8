//! All integration tests in one binary, a module per promise.

mod faults;
mod harness;
mod http;
mod store;
