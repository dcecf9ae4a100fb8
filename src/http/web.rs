//! The door: the client for code that waits. Async stops here.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use url::Url;

use super::{Answer, Ask, Client};
use crate::error::{Error, Result};
use crate::event::Events;

/// How often a waiting thread looks whether the user asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Addresses asked for at one time in [`Web::each`]; the client holds back what is too much for one host.
const AT_ONCE: usize = 24;

/// The web, for one run.
pub struct Web {
    runtime: Option<Runtime>,
    client: Arc<Client>,
}

/// A request under way while its starter does something else. Dropped unawaited, it is called off.
pub struct Pending(JoinHandle<Answer>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Web {
    pub fn new(client: Client) -> Result<Web> {
        // One worker, so that requests go on while the caller's thread works on what came before.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|e| Error::fetch("anything", format!("no thread for the network: {e}")))?;
        Ok(Web { runtime: Some(runtime), client: Arc::new(client) })
    }

    /// Returns how many requests were sent.
    pub fn requests(&self) -> u64 {
        self.client.requests()
    }

    /// Sends a request and returns at once.
    pub fn start(&self, url: &Url, ask: &Ask) -> Pending {
        let (client, url, ask) = (Arc::clone(&self.client), url.clone(), ask.clone());
        Pending(self.runtime().spawn(async move { client.get(&url, &ask).await }))
    }

    /// Waits for a request; [`Error::Interrupted`] when the user asks to stop before it is done.
    pub fn wait(&self, mut pending: Pending, events: &Events) -> Result<Answer> {
        self.runtime().block_on(async {
            tokio::select! {
                answer = &mut pending.0 => answer.map_err(broken),
                () = stopped(events) => Err(Error::Interrupted),
            }
        })
    }

    /// Asks for an address and waits.
    pub fn get(&self, url: &Url, ask: &Ask, events: &Events) -> Result<Answer> {
        self.wait(self.start(url, ask), events)
    }

    /// Asks for many addresses at once and hands over each answer as it comes, in no fixed order.
    pub fn each(
        &self,
        urls: Vec<(Url, Ask)>,
        events: &Events,
        mut on: impl FnMut(Url, Answer) -> Result<()>,
    ) -> Result<()> {
        let mut waiting = VecDeque::from(urls);
        // Dropped on the way out, it calls off what is still under way.
        let mut tasks = JoinSet::new();
        loop {
            while tasks.len() < AT_ONCE
                && let Some((url, ask)) = waiting.pop_front()
            {
                let client = Arc::clone(&self.client);
                tasks.spawn_on(
                    async move {
                        let answer = client.get(&url, &ask).await;
                        (url, answer)
                    },
                    self.runtime().handle(),
                );
            }
            events.check()?;
            let next = self.runtime().block_on(async {
                tokio::select! {
                    next = tasks.join_next() => Ok(next),
                    () = stopped(events) => Err(Error::Interrupted),
                }
            })?;
            let Some(done) = next else { return Ok(()) };
            let (url, answer) = done.map_err(broken)?;
            on(url, answer)?;
        }
    }

    fn runtime(&self) -> &Runtime {
        // Taken only when dropped.
        self.runtime.as_ref().unwrap_or_else(|| unreachable!("the runtime lives as long as the door"))
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        // Names being looked up hold a thread that cannot be called off; nobody waits for it.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn stopped(events: &Events) {
    while !events.stopped() {
        tokio::time::sleep(LOOK).await;
    }
}

fn broken(error: JoinError) -> Error {
    Error::fetch("an address", format!("the request failed inside: {error}"))
}
