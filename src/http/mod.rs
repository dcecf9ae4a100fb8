//! The only socket: an address goes in, captures come out, politely and within limits.
//! It knows nothing of blogs, posts or archives.
//!
//! One request takes its turn at the host ([`pace`](self)), is sent, is read within [`Limits`], and is tried again only
//! as the one table of retries says. Redirects are followed here, hop by hop, so that each exchange is a capture of its
//! own and each address is judged before it is connected to. A failure is a [`Miss`]: data, not an error.

mod ask;
mod client;
mod coding;
pub mod cookies;
mod exchange;
mod fault;
mod guard;
mod pace;
mod retry;
mod robots;
mod secret;
pub mod serve;
mod web;

pub use ask::{Answer, Ask, Limits, Miss, Validators};
pub use client::{Builder, Client};
pub use coding::undo;
pub use guard::is_private_host;
pub use robots::Robots;
pub use secret::without_password;
pub use web::{Pending, Web};
