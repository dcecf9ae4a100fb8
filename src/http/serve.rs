//! A small web server on loopback, for the demo blog and for tests. HTTP/1.1, GET only, one thread a connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longest request header read.
const HEADER_BYTES: u64 = 32 << 10;

/// A connection without a request for this long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    pub headers: Vec<(String, String)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Returns the path without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the value of a field of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
    }
}

type Raw = Box<dyn FnOnce(&mut TcpStream) -> io::Result<()> + Send>;

/// What is answered.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Writes the whole answer by hand, after which the connection is closed: for answers that misbehave on purpose.
    raw: Option<Raw>,
}

impl Response {
    pub fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Response {
        Response { status, headers: vec![("Content-Type".into(), media_type.into())], body: body.into(), raw: None }
    }

    pub fn raw(write: impl FnOnce(&mut TcpStream) -> io::Result<()> + Send + 'static) -> Response {
        Response { raw: Some(Box::new(write)), ..Response::new(200, "text/plain", "") }
    }

    pub fn status(mut self, status: u16) -> Response {
        self.status = status;
        self
    }

    pub fn body(mut self, body: Vec<u8>) -> Response {
        self.body = body;
        self
    }

    pub fn header(mut self, name: &str, value: impl ToString) -> Response {
        self.headers.push((name.into(), value.to_string()));
        self
    }
}

/// A server; dropped, it stops.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stopping: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Server {
    /// Starts a server on a free port of the own machine.
    pub fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let (seen, handler) = (Arc::clone(&shared), Arc::new(handler));
        let listener = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if seen.stopping.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let mut open = seen.open.lock().unwrap_or_else(PoisonError::into_inner);
                open.retain(|s| s.peer_addr().is_ok());
                open.extend(stream.try_clone());
                let handler = Arc::clone(&handler);
                std::thread::spawn(move || {
                    // A client that goes away is no failure of the server.
                    let _ = talk(stream, &*handler);
                });
            }
        });
        Ok(Server { address, shared, listener: Some(listener) })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the root address, with a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        // Wakes the listener up.
        let _ = TcpStream::connect(self.address);
        for stream in self.shared.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn talk(mut stream: TcpStream, handler: &dyn Fn(&Request) -> Response) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = read(&mut reader)? {
        let mut response = handler(&request);
        if let Some(raw) = response.raw.take() {
            raw(&mut stream)?;
            return stream.shutdown(Shutdown::Both);
        }
        let close = request.header("connection").is_some_and(|c| c.eq_ignore_ascii_case("close"));
        stream.write_all(&written(&response, request.method == "HEAD"))?;
        if close {
            break;
        }
    }
    stream.shutdown(Shutdown::Both)
}

fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut lines = Vec::new();
    let mut limited = reader.take(HEADER_BYTES);
    loop {
        let mut line = String::new();
        if limited.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end() {
            "" if lines.is_empty() => {}
            "" => break,
            line => lines.push(line.to_string()),
        }
    }
    let mut words = lines.first().map(|l| l.split(' ')).into_iter().flatten();
    let (method, target) = (words.next().unwrap_or_default().to_string(), words.next().unwrap_or("/").to_string());
    let headers = lines.iter().skip(1).filter_map(|l| l.split_once(':'));
    let headers = headers.map(|(n, v)| (n.trim().to_string(), v.trim().to_string())).collect();
    Ok(Some(Request { method, target, headers }))
}

fn written(response: &Response, head_only: bool) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {} {}\r\n", response.status, if response.status < 400 { "OK" } else { "No" });
    for (name, value) in &response.headers {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    if response.status != 304 {
        out.push_str(&format!("Content-Length: {}\r\n", response.body.len()));
    }
    out.push_str("\r\n");
    let mut out = out.into_bytes();
    if !head_only && response.status != 304 {
        out.extend_from_slice(&response.body);
    }
    out
}
