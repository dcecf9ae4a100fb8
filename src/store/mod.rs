//! The archive on disk.

pub mod warc;
