//! What went wrong with one try: in the archive's words, and as far as trying again is concerned.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::net::IpAddr;

use super::coding::Undecoded;
use super::retry::Trouble;
use crate::model::Reason;

/// One failure of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub trouble: Trouble,
    pub reason: Reason,
    pub detail: String,
}

impl Fault {
    pub fn new(trouble: Trouble, reason: Reason, detail: impl Into<String>) -> Fault {
        Fault { trouble, reason, detail: detail.into() }
    }

    pub fn timeout(detail: impl Into<String>) -> Fault {
        Fault::new(Trouble::Timeout, Reason::Timeout, detail)
    }

    pub fn too_large(detail: impl Into<String>) -> Fault {
        Fault::new(Trouble::Final, Reason::TooLarge, detail)
    }

    pub fn forbidden(detail: impl Into<String>) -> Fault {
        Fault::new(Trouble::Final, Reason::Forbidden, detail)
    }

    /// Returns whether the host's name leads nowhere.
    pub fn nameless(&self) -> bool {
        self.detail == NAMELESS
    }

    /// Returns what a body that cannot be decoded means.
    pub fn undecoded(cause: Undecoded, cap: u64) -> Fault {
        match cause {
            Undecoded::TooLarge => Fault::too_large(format!("grows beyond {} MB when unpacked", cap >> 20)),
            Undecoded::Cut => Fault::new(Trouble::Broken, Reason::Truncated, "compressed data ends in the middle"),
            Undecoded::Unknown(detail) => Fault::new(Trouble::Final, Reason::WrongType, detail),
        }
    }

    /// Returns what a failure of the client means, from the causes below it.
    pub fn of(error: &(dyn StdError + 'static)) -> Fault {
        causes(error).find_map(known).unwrap_or_else(|| {
            let last = causes(error).last().map(ToString::to_string).unwrap_or_default();
            let detail = match last.as_str() {
                "connection closed before message completed" => "the server hung up without an answer".to_string(),
                "end of file before message length reached" => "it ends before its announced length".to_string(),
                _ => format!("no valid answer ({last})"),
            };
            Fault::new(Trouble::Broken, Reason::Unreachable, detail)
        })
    }
}

/// The name leads to addresses that must not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to the private address {0}")]
pub(super) struct Barred(pub IpAddr);

const NAMELESS: &str = "name not found";

/// The name has no address, as far as can be told.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoName {
    #[error("{}", NAMELESS)]
    Unknown,
    /// The resolver itself gave no answer.
    #[error("name not found (the network may be down)")]
    NoAnswer,
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    // Bounded against a chain that bites its own tail.
    std::iter::successors(Some(error), |e| below(*e)).take(32)
}

/// Returns the cause of an error. What an `io::Error` wraps is not among its own causes.
fn below<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn known(error: &(dyn StdError + 'static)) -> Option<Fault> {
    if let Some(barred) = error.downcast_ref::<Barred>() {
        return Some(Fault::forbidden(barred.to_string()));
    }
    if let Some(no_name) = error.downcast_ref::<NoName>() {
        let trouble = if matches!(no_name, NoName::Unknown) { Trouble::Final } else { Trouble::Unreachable };
        return Some(Fault::new(trouble, Reason::Unreachable, no_name.to_string()));
    }
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(Fault::new(Trouble::Final, Reason::Unreachable, tls_words(tls)));
    }
    let io = error.downcast_ref::<io::Error>()?;
    let (trouble, reason, words) = match io.kind() {
        ErrorKind::ConnectionRefused => (Trouble::Unreachable, Reason::Unreachable, "connection refused"),
        ErrorKind::NetworkUnreachable => (Trouble::Unreachable, Reason::Unreachable, "no network"),
        ErrorKind::HostUnreachable => (Trouble::Unreachable, Reason::Unreachable, "no way to the host"),
        ErrorKind::TimedOut => (Trouble::Timeout, Reason::Timeout, "no connection in time"),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
            (Trouble::Broken, Reason::Unreachable, "connection broken by the server")
        }
        _ => return None,
    };
    Some(Fault::new(trouble, reason, words))
}

fn tls_words(error: &rustls::Error) -> String {
    use rustls::CertificateError::*;
    match error {
        rustls::Error::InvalidCertificate(why) => match why {
            Expired | ExpiredContext { .. } => "the certificate has expired".into(),
            NotValidYet | NotValidYetContext { .. } => "the certificate is not valid yet".into(),
            UnknownIssuer => "the certificate is not signed by a known authority".into(),
            NotValidForName | NotValidForNameContext { .. } => "the certificate is for another name".into(),
            Revoked => "the certificate has been revoked".into(),
            Other(_) => "the certificate is not signed by a known authority".into(),
            other => format!("the certificate is not valid ({other})"),
        },
        other => format!("no secure connection ({other})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_found_however_deep() {
        let tls = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let wrapped = io::Error::other(io::Error::new(ErrorKind::InvalidData, tls));
        let fault = Fault::of(&wrapped);
        assert_eq!((fault.trouble, fault.detail.as_str()), (Trouble::Final, "the certificate has expired"));
        let barred = io::Error::other(Barred("10.0.0.1".parse().unwrap()));
        assert_eq!(Fault::of(&barred).reason, Reason::Forbidden);
        assert_eq!(Fault::of(&io::Error::from(ErrorKind::ConnectionRefused)).trouble, Trouble::Unreachable);
        assert_eq!(Fault::of(&io::Error::other("strange")).detail, "no valid answer (strange)");
    }
}
