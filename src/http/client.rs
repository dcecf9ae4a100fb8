//! The polite client: turns, retries and redirects around single exchanges.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until};
use url::{Origin, Url};

use super::ask::{Answer, Ask, Limits, Miss};
use super::cookies::{self, Cookie};
use super::exchange::{Line, Outcome, Secrets};
use super::fault::Fault;
use super::guard::{Guard, Resolver, is_private_host};
use super::pace::{LOOPBACK, OPEN_WEB, Pace, Pressure};
use super::retry::{LONGEST_PAUSE, Trouble, backoff, http_date, retries, retry_after};
use super::secret::{has_password, strip, without_password};
use crate::error::{Error, Result};
use crate::model::{Capture, Clock, Header, Reason};

/// Redirects followed for one address.
const MOST_HOPS: usize = 10;

/// User and password that stood in the address the user gave, for its origin alone.
struct Credentials {
    origin: Origin,
    user: String,
    password: String,
}

/// Asks for addresses: one for all requests of a run, since it holds what hosts asked of us.
pub struct Client {
    line: Line,
    guard: Arc<Guard>,
    pace: Mutex<Pace>,
    slots: Mutex<HashMap<String, Arc<Semaphore>>>,
    credentials: Option<Credentials>,
    /// The origin for which the user's own header fields are.
    seed: Option<Origin>,
    headers: Vec<Header>,
    cookies: Vec<Cookie>,
    requests: AtomicU64,
    /// Rung when a host gave no answer.
    bell: Notify,
}

/// What a client is made of.
pub struct Builder {
    guard: Guard,
    limits: Limits,
    clock: Clock,
    contact: Option<String>,
    credentials: Option<Credentials>,
    seed: Option<Origin>,
    headers: Vec<Header>,
    cookies: Vec<Cookie>,
}

impl Builder {
    /// Names the address the user gave. If it is private, private addresses may be asked; user and password in it
    /// are sent to its origin alone.
    pub fn seed(mut self, url: &Url) -> Builder {
        let fixed = url.host_str().is_some_and(|h| self.guard.fixed.contains_key(h));
        self.guard.near_allowed |= is_private_host(url) && !fixed;
        self.guard.named = url.host_str().map(str::to_string);
        self.seed = Some(url.origin());
        if has_password(url) {
            let decoded = |text: &str| percent_decoded(text);
            self.credentials = Some(Credentials {
                origin: url.origin(),
                user: decoded(url.username()),
                password: decoded(url.password().unwrap_or_default()),
            });
        }
        self
    }

    /// Lets private addresses be asked whatever the seed is.
    pub fn allow_private(mut self, yes: bool) -> Builder {
        self.guard.near_allowed |= yes;
        self
    }

    /// Gives a made-up host name an address of its own.
    pub fn resolve(mut self, host: &str, address: SocketAddr) -> Builder {
        self.guard.fixed.insert(host.to_ascii_lowercase(), address);
        self
    }

    pub fn limits(mut self, limits: Limits) -> Builder {
        self.limits = limits;
        self
    }

    pub fn clock(mut self, clock: Clock) -> Builder {
        self.clock = clock;
        self
    }

    /// Adds an address to the `User-Agent` under which a server's owner can complain.
    pub fn contact(mut self, contact: Option<String>) -> Builder {
        self.contact = contact;
        self
    }

    /// Adds header fields for the origin of the seed alone. They are secrets: kept nowhere.
    pub fn headers(mut self, headers: Vec<Header>) -> Builder {
        self.headers = headers;
        self
    }

    /// Adds cookies, each for the hosts it is meant for.
    pub fn cookies(mut self, cookies: Vec<Cookie>) -> Builder {
        self.cookies = cookies;
        self
    }

    pub fn build(self) -> Result<Client> {
        // Fails only where one is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let guard = Arc::new(self.guard);
        let http = transport(&guard, &self.limits, false).or_else(|_| transport(&guard, &self.limits, true));
        let http =
            http.map_err(|e| Error::fetch("anything", format!("no web client can be made: {}", Fault::of(&e).detail)))?;
        let contact = self.contact.filter(|c| c.len() < 200 && c.bytes().all(|b| (b' '..=b'~').contains(&b)));
        let contact = contact.map(|c| format!("; +{}", c.trim())).unwrap_or_default();
        let user_agent = format!("mdarchive/{} (blog archiver{contact})", env!("CARGO_PKG_VERSION"));
        let large = Arc::new(Semaphore::new(1));
        let line = Line { http, limits: self.limits, clock: self.clock, large, user_agent };
        Ok(Client {
            line,
            guard,
            pace: Mutex::default(),
            slots: Mutex::default(),
            credentials: self.credentials,
            seed: self.seed,
            headers: self.headers,
            cookies: self.cookies,
            requests: AtomicU64::new(0),
            bell: Notify::new(),
        })
    }
}

/// Returns the transport. `own_roots` takes the certificates compiled in, for systems that have none:
/// reqwest refuses to build there otherwise (its issue 2965).
fn transport(guard: &Arc<Guard>, limits: &Limits, own_roots: bool) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        // The one retry policy is ours.
        .retry(reqwest::retry::never())
        .connect_timeout(limits.connect)
        .pool_max_idle_per_host(LOOPBACK.in_flight)
        .http1_max_headers(200)
        .http2_max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .dns_resolver(Resolver(Arc::clone(guard)));
    if guard.near_allowed || !guard.fixed.is_empty() {
        builder = builder.no_proxy();
    }
    if own_roots {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        builder = builder.tls_certs_only(roots.filter_map(|der| reqwest::Certificate::from_der(der).ok()));
    }
    builder.build()
}

impl Client {
    pub fn builder() -> Builder {
        Builder {
            guard: Guard::default(),
            limits: Limits::default(),
            clock: Clock::system(),
            contact: None,
            credentials: None,
            seed: None,
            headers: Vec::new(),
            cookies: Vec::new(),
        }
    }

    /// Returns how many requests were sent, retries and redirects included.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Asks for an address, following redirects.
    pub async fn get(&self, url: &Url, ask: &Ask) -> Answer {
        let origin = url.origin();
        let mut at = strip(url.clone());
        let mut answer = Answer::new(at.clone());
        let mut seen = Vec::new();
        loop {
            at.set_fragment(None);
            let mut last = None;
            let end = if let Some(why) = self.guard.refuses(&at) {
                Err(Fault::forbidden(why))
            } else if seen.len() > MOST_HOPS || seen.contains(&at) {
                Err(Fault::new(Trouble::Final, Reason::WrongType, "redirects without end"))
            } else {
                seen.push(at.clone());
                let mut outcome = self.tries(&at, ask, &origin, &mut answer.captures).await;
                answer.weight = outcome.weight.take();
                last = outcome.capture.as_ref().map(|c| c.status);
                let next = match outcome.fault {
                    Some(fault) => Err(fault),
                    None => outcome.capture.as_ref().map_or(Ok(None), |c| redirect(c, &at)),
                };
                answer.captures.extend(outcome.capture);
                next
            };
            match end {
                Ok(None) => return answer,
                Ok(Some(next)) => at = next,
                Err(Fault { reason, detail, .. }) => {
                    answer.miss = Some(Miss { url: at, reason, detail, status: last });
                    return answer;
                }
            }
        }
    }

    /// Asks for one address until it answers or the table of retries is used up.
    /// Answers that are tried again are put before the last one, which is returned.
    async fn tries(&self, url: &Url, ask: &Ask, origin: &Origin, refused: &mut Vec<Capture>) -> Outcome {
        let host = host_key(url);
        let mut count: u32 = 0;
        loop {
            let permit = match self.turn(&host, url).await {
                Ok(permit) => permit,
                Err(fault) => return Outcome { fault: Some(fault), ..Outcome::default() },
            };
            self.requests.fetch_add(1, Ordering::Relaxed);
            let outcome = self.line.exchange(url, ask, self.secrets(url, ask, origin)).await;
            drop(permit);
            match (&outcome.capture, &outcome.fault) {
                (None, Some(fault)) => {
                    self.pace().silent(&host, fault, Instant::now());
                    self.bell.notify_waiters();
                }
                _ => self.pace().answered(&host),
            }
            let Some(fault) = &outcome.fault else { return outcome };
            let asked_for = outcome.capture.as_ref().and_then(|c| pause_asked(c, self.line.clock.now()));
            let pause = asked_for.unwrap_or_else(|| backoff(count, self.line.limits.backoff));
            if fault.trouble == Trouble::Throttled {
                self.pace().park(&host, Instant::now() + pause);
            }
            if count >= retries(fault.trouble) || pause > LONGEST_PAUSE {
                return outcome;
            }
            refused.extend(outcome.capture);
            if fault.trouble != Trouble::Throttled {
                sleep(pause).await;
            }
            count += 1;
        }
    }

    /// Waits until the host may be asked; what is returned holds the place among the requests under way.
    async fn turn(&self, host: &str, url: &Url) -> Result<Option<OwnedSemaphorePermit>, Fault> {
        let pressure = self.pressure(url);
        let slots = Arc::clone(
            lock(&self.slots).entry(host.to_string()).or_insert_with(|| Arc::new(Semaphore::new(pressure.in_flight))),
        );
        let permit = slots.acquire_owned().await.ok();
        loop {
            let now = Instant::now();
            let at = {
                let mut pace = self.pace();
                if let Some(fault) = pace.down(host, now) {
                    return Err(fault);
                }
                if let Some(until) = pace.parked(host, now + LONGEST_PAUSE) {
                    let detail = format!("the host asks to wait {} s", (until - now).as_secs());
                    return Err(Fault::new(Trouble::Final, Reason::ServerError, detail));
                }
                pace.book(host, pressure.gap, now)
            };
            self.wait(host, at).await;
            let now = Instant::now();
            let pace = self.pace();
            if pace.parked(host, now).is_none() && pace.down(host, now).is_none() {
                return Ok(permit);
            }
        }
    }

    /// Waits for an instant, or until the host turns out not to answer.
    async fn wait(&self, host: &str, at: Instant) {
        let slot = sleep_until(at);
        tokio::pin!(slot);
        while self.pace().down(host, Instant::now()).is_none() {
            tokio::select! {
                () = &mut slot => return,
                () = self.bell.notified() => {}
            }
        }
    }

    fn pressure(&self, url: &Url) -> Pressure {
        let own = if self.guard.is_loopback(url) { LOOPBACK } else { OPEN_WEB };
        self.line.limits.delay.map_or(own, |gap| Pressure { gap, ..own })
    }

    /// Returns what a request to this address carries that is nobody else's to see.
    fn secrets<'a>(&'a self, url: &Url, ask: &'a Ask, origin: &Origin) -> Secrets<'a> {
        let own = url.origin();
        let asked: &[Header] = if own == *origin { &ask.headers } else { &[] };
        let given: &[Header] = if self.seed.as_ref() == Some(&own) { &self.headers } else { &[] };
        let basic = self.credentials.as_ref().filter(|c| c.origin == own);
        Secrets {
            headers: asked.iter().chain(given).collect(),
            basic: basic.map(|c| (c.user.as_str(), c.password.as_str())),
            cookie: cookies::field(&self.cookies, url, self.line.clock.now().as_second(), self.guard.is_loopback(url)),
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        lock(&self.pace)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn host_key(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

fn percent_decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}

/// Returns the pause a server asks for. A date is compared with the server's own clock where it gave one.
fn pause_asked(capture: &Capture, now: Timestamp) -> Option<Duration> {
    let now = capture.header("date").and_then(http_date).unwrap_or(now);
    retry_after(capture.header("retry-after")?, now)
}

/// Returns where a redirect leads; none where the answer is no redirect.
fn redirect(capture: &Capture, from: &Url) -> Result<Option<Url>, Fault> {
    if !matches!(capture.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let wrong = |detail: String| Fault::new(Trouble::Final, Reason::WrongType, detail);
    let to = capture.header("location").ok_or_else(|| wrong("a redirect without an address".into()))?;
    let to = from.join(&without_password(to)).map_err(|_| wrong("a redirect to no valid address".into()))?;
    Ok(Some(strip(to)))
}
