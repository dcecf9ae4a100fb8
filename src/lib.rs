//! Saves blogs for good: fetches or imports posts into a canonical JSON archive and hands them out
//! as EPUB, JSON and ZIP.
//!
//! *detect → decode into the format's own struct → convert to one model → pure passes → store → render.*
//!
//! A row uses only the rows below it:
//!
//! | row | rooms |
//! |---|---|
//! | words and flags | [`cli`] |
//! | the verbs | [`ops`] |
//! | ways in and out | [`source`], [`export`] |
//! | formats | [`import`] |
//! | pages, web, disk, streams | [`extract`], [`http`], [`store`], [`input`] |
//! | trees | [`html`] |
//! | nouns | [`model`], [`event`], [`error`] |

pub mod cli;
pub mod error;
pub mod event;
pub mod export;
pub mod extract;
pub mod html;
pub mod http;
pub mod import;
pub mod input;
pub mod model;
pub mod ops;
pub mod source;
pub mod store;

pub use error::{Error, Result};
