//! Which addresses may be asked. A public blog must not lead into the reader's own network.
//!
//! Judged when connecting, not when reading the address: a name is resolved here, and only what passes is handed on.
//! Behind a proxy (`HTTP_PROXY`) it is the proxy that resolves names, and judges them.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::fault::{Barred, NoName};

/// What kind of place an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Public,
    /// The own machine or the own network.
    Near,
    /// Never a web server: link-local (where clouds keep their keys), multicast, reserved.
    Special,
}

/// Names that never leave the own network.
const NEAR_NAMES: [&str; 6] = ["localhost", "local", "lan", "internal", "home.arpa", "intranet"];

/// What may be asked in this run.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    /// The user named a private address, or allowed them.
    pub near_allowed: bool,
    /// Made-up names, with the addresses they lead to; these are the program's own and always pass.
    pub fixed: HashMap<String, SocketAddr>,
    /// The host the user named, which passes even where it is of the last kind.
    pub named: Option<String>,
}

impl Guard {
    /// Returns why an address must not be asked, judged by what is written in it.
    pub fn refuses(&self, url: &Url) -> Option<String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Some(format!("not a web address ({}:)", url.scheme()));
        }
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            Some(Host::Domain(_)) => return None,
            None => return Some("an address without a host".into()),
        };
        (!self.allows(ip) && url.host_str() != self.named.as_deref()).then(|| format!("{ip} is a private address"))
    }

    /// Returns those among the addresses of a name that may be connected to.
    fn passes(&self, found: &[SocketAddr]) -> Vec<SocketAddr> {
        found.iter().copied().filter(|a| self.allows(a.ip())).collect()
    }

    fn allows(&self, ip: IpAddr) -> bool {
        match place(ip) {
            Place::Public => true,
            Place::Near => self.near_allowed,
            Place::Special => false,
        }
    }

    /// Returns whether requests to this address stay on the own machine.
    pub fn is_loopback(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => {
                name == "localhost" || self.fixed.get(name).is_some_and(|a| a.ip().is_loopback())
            }
            None => false,
        }
    }
}

/// Returns whether an address names the own machine or network outright: a private IP or a name that stays within.
pub fn is_private_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => place(IpAddr::V4(ip)) != Place::Public,
        Some(Host::Ipv6(ip)) => place(IpAddr::V6(ip)) != Place::Public,
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            !name.contains('.') || NEAR_NAMES.iter().any(|near| name == *near || name.ends_with(&format!(".{near}")))
        }
        None => false,
    }
}

fn place(ip: IpAddr) -> Place {
    match ip {
        IpAddr::V4(ip) => place_v4(ip),
        IpAddr::V6(ip) => place_v6(ip),
    }
}

fn place_v4(ip: Ipv4Addr) -> Place {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (127 | 10, ..) | (192, 168, _) | (172, 16..=31, _) => Place::Near,
        // Shared address space of providers (RFC 6598): home networks behind them use it.
        (100, 64..=127, _) => Place::Near,
        (0, ..) | (169, 254, _) | (192, 0, 0) | (198, 18..=19, _) | (224.., ..) => Place::Special,
        _ => Place::Public,
    }
}

fn place_v6(ip: Ipv6Addr) -> Place {
    if let Some(v4) = embedded_v4(ip) {
        return place_v4(v4);
    }
    match ip.segments()[0] {
        _ if ip.is_loopback() => Place::Near,
        _ if ip.is_unspecified() => Place::Special,
        0xfc00..=0xfdff => Place::Near,
        0xfe80..=0xfeff | 0xff00.. => Place::Special,
        _ => Place::Public,
    }
}

/// Returns the IPv4 address inside an IPv6 one: mapped, translated (RFC 6052) or tunnelled (6to4).
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    let v4 = |hi: u16, lo: u16| Ipv4Addr::from((u32::from(hi) << 16) | u32::from(lo));
    match s {
        [0, 0, 0, 0, 0, 0xffff | 0, hi, lo] if (hi, lo) > (0, 1) => Some(v4(hi, lo)),
        [0x64, 0xff9b, 0, 0, 0, 0, hi, lo] => Some(v4(hi, lo)),
        [0x2002, hi, lo, ..] => Some(v4(hi, lo)),
        _ => None,
    }
}

/// Resolves names and lets only allowed addresses through: what is judged is what is connected to. A name that leads
/// elsewhere the next time it is looked up is judged anew then.
pub(super) struct Resolver(pub Arc<Guard>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            if let Some(address) = guard.fixed.get(name.as_str()) {
                return Ok(Box::new(std::iter::once(*address)) as Addrs);
            }
            let found: Vec<SocketAddr> = match tokio::net::lookup_host((name.as_str(), 0)).await {
                Ok(found) => found.collect(),
                // The kind of this error is not told apart by the standard library, only its words.
                Err(e) if e.to_string().contains("Temporary failure") => return Err(NoName::NoAnswer.into()),
                Err(_) => return Err(NoName::Unknown.into()),
            };
            match (guard.passes(&found), found.first()) {
                (allowed, _) if !allowed.is_empty() => Ok(Box::new(allowed.into_iter()) as Addrs),
                (_, Some(barred)) => Err(Barred(barred.ip()).into()),
                (_, None) => Err(NoName::Unknown.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_public_blog_leads_nowhere_private() {
        let guard = Guard::default();
        let private = [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://0.0.0.0/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::a00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://224.0.0.1/",
            "http://100.64.0.1/",
            "http://[::]/",
        ];
        for address in private {
            assert!(guard.refuses(&url(address)).is_some(), "{address}");
        }
        for address in
            ["http://93.184.215.14/", "https://[2606:2800:21f:cb07::1]/", "http://172.32.0.1/", "http://example.com/"]
        {
            assert_eq!(guard.refuses(&url(address)), None, "{address}");
        }
    }

    #[test]
    fn a_name_is_judged_by_the_addresses_that_are_connected_to() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let resolve = |guard: Guard| {
            let name = "localhost".parse().unwrap();
            runtime.block_on(Resolver(Arc::new(guard)).resolve(name)).map(|all| all.collect::<Vec<_>>())
        };
        let refused = resolve(Guard::default()).unwrap_err();
        assert!(refused.downcast_ref::<Barred>().is_some(), "{refused}");
        let reached = resolve(Guard { near_allowed: true, ..Guard::default() }).unwrap();
        assert!(!reached.is_empty() && reached.iter().all(|a| a.ip().is_loopback()));
        // A name with a public and a private address: the one that is handed on is the one that may be asked.
        let both: Vec<SocketAddr> = ["93.184.215.14:0", "10.0.0.7:0"].iter().map(|a| a.parse().unwrap()).collect();
        assert_eq!(Guard::default().passes(&both), both[..1]);
    }

    #[test]
    fn who_names_a_private_address_gets_there() {
        let guard = Guard { near_allowed: true, named: Some("169.254.7.7".into()), ..Guard::default() };
        assert_eq!(guard.refuses(&url("http://127.0.0.1:8300/")), None);
        assert_eq!(guard.refuses(&url("http://169.254.7.7/")), None);
        assert!(guard.refuses(&url("http://169.254.169.254/")).is_some(), "where clouds keep their keys");
    }

    #[test]
    fn only_web_addresses_are_asked() {
        let guard = Guard { near_allowed: true, ..Guard::default() };
        for address in ["file:///etc/hostname", "javascript:alert(1)", "ftp://example.com/", "data:text/plain,x"] {
            assert!(guard.refuses(&url(address)).is_some(), "{address}");
        }
    }

    #[test]
    fn names_of_the_own_network_are_known() {
        for private in
            ["http://localhost:8300/", "http://nas/", "http://blog.lan/", "http://a.b.internal/", "http://10.0.0.1/"]
        {
            assert!(is_private_host(&url(private)), "{private}");
        }
        for public in ["http://example.com/", "http://localhost.example.com/", "http://8.8.8.8/"] {
            assert!(!is_private_host(&url(public)), "{public}");
        }
    }
}
