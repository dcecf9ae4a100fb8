//! One binary, a module a promise.

mod warc;
