//! A site on loopback made of answers laid out beforehand, that says which states of them are known already.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use mdarchive::http::serve::{Request, Response, Server};

/// Answers by target (path and query) or, where that is not there, by path: media type and body.
pub type Answers = BTreeMap<String, (&'static str, String)>;

#[derive(Default)]
struct State {
    answers: Answers,
    hits: Vec<String>,
    /// Hears of each request, by its number.
    listener: Option<Box<dyn Fn(usize) + Send>>,
}

pub struct Site {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Site {
    pub fn new() -> Site {
        let state = Arc::new(Mutex::new(State::default()));
        let seen = Arc::clone(&state);
        let server = Server::start(move |request| answer(&seen, request)).unwrap();
        Site { server, state }
    }

    /// The address of the site, without a slash at its end.
    pub fn base(&self) -> String {
        self.server.url().trim_end_matches('/').to_string()
    }

    pub fn address(&self) -> std::net::SocketAddr {
        self.base().trim_start_matches("http://").parse().unwrap()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lays out an answer; `BASE` in it becomes the address of the site.
    pub fn put(&self, target: &str, media_type: &'static str, body: impl Into<String>) {
        let body = body.into().replace("BASE", &self.base());
        self.state().answers.insert(target.to_string(), (media_type, body));
    }

    pub fn page(&self, target: &str, body: &str) {
        self.put(target, "text/html; charset=utf-8", format!("<!doctype html><html lang=en>{body}</html>"));
    }

    /// A page with one post on it.
    pub fn post(&self, target: &str, title: &str, words: &str) {
        self.page(
            target,
            &format!(
                "<head><title>{title}</title></head><body><article class=h-entry><h1 class=p-name>{title}</h1><time class=dt-published datetime=2007-04-05T06:07:08Z>5 April</time><div class=e-content>{}</div></article></body>",
                text(words)
            ),
        );
    }

    pub fn remove(&self, target: &str) {
        self.state().answers.remove(target);
    }

    /// Calls back at each request with how many there were.
    pub fn on_hit(&self, listener: impl Fn(usize) + Send + 'static) {
        self.state().listener = Some(Box::new(listener));
    }

    /// Takes the list of targets asked for so far.
    pub fn hits(&self) -> Vec<String> {
        std::mem::take(&mut self.state().hits)
    }
}

/// Some paragraphs that begin with given words.
pub fn text(words: &str) -> String {
    let rest = "The keeper went up the stairs as on every evening, counted them, and lit the lamp before the ships came by. Nobody saw him do it, and everybody saw that it was done.";
    format!("<p>{words}. {rest}</p><p>{rest} So it went on, year after year, and {words} was what he wrote.</p>")
}

fn answer(state: &Arc<Mutex<State>>, request: &Request) -> Response {
    let mut state = state.lock().unwrap();
    state.hits.push(request.target.clone());
    if let Some(listener) = &state.listener {
        listener(state.hits.len());
    }
    let path = request.path().to_string();
    let Some((media_type, body)) = state.answers.get(&request.target).or_else(|| state.answers.get(&path)) else {
        return Response::new(404, "text/html", "<!doctype html><title>Nothing here</title>");
    };
    let tag = format!("\"{:x}\"", body.bytes().fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b))));
    if request.header("if-none-match") == Some(&tag) {
        return Response::new(304, media_type, "").header("ETag", tag);
    }
    Response::new(200, media_type, body.clone()).header("ETag", tag)
}
