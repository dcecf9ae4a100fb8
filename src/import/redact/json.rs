//! JSON: values under some names are blanked, whole tables of readers and keys are emptied.

use std::io::Read;

use super::{Filter, through};

/// Names whose words are blanked.
const BLANKED: [&str; 14] = [
    "password",
    "email",
    "author_email",
    "author_ip",
    "ip",
    "ip_address",
    "token",
    "secret",
    "hash",
    "ghost_auth_access_token",
    "ghost_auth_id",
    "member_email",
    "recipient_email",
    "post_password",
];

/// Names whose lists are emptied.
const EMPTIED: [&str; 14] = [
    "members",
    "subscribers",
    "invites",
    "sessions",
    "brute",
    "api_keys",
    "tokens",
    "refreshtokens",
    "accesstokens",
    "clients",
    "webhooks",
    "emails",
    "email_recipients",
    "email_batches",
];

/// Parts of the names of settings that are secret.
const SECRET: [&str; 8] = ["private", "secret", "token", "api_key", "password", "stripe", "mailgun", "hash"];

/// Returns a copy without passwords, addresses, keys and readers.
pub fn json<'a>(original: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
    through(original, State::default())
}

#[derive(Default)]
struct State {
    inside: bool,
    escaped: bool,
    /// The last string, as far as it can be a name.
    word: Vec<u8>,
    /// What the name before the colon asks for.
    next: Ask,
    /// The string that is open is blanked.
    blank: bool,
    /// Brackets open in a list that is emptied.
    depth: usize,
    /// The value that comes is the name of a setting.
    naming: bool,
    /// The setting whose value comes is secret.
    secret: bool,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Ask {
    #[default]
    Keep,
    Blank,
    Empty,
}

impl State {
    fn step(&mut self, b: u8, out: &mut Vec<u8>) {
        if self.inside {
            return self.in_string(b, out);
        }
        match b {
            b'"' => {
                (self.inside, self.escaped) = (true, false);
                self.word.clear();
                self.blank = self.next == Ask::Blank && self.depth == 0;
                self.next = Ask::Keep;
                self.put(b, out);
            }
            b'[' | b'{' if self.depth > 0 => self.depth += 1,
            b']' | b'}' if self.depth > 0 => {
                self.depth -= 1;
                if self.depth == 0 {
                    out.push(b);
                }
            }
            b'[' | b'{' if self.next == Ask::Empty => {
                out.push(b);
                (self.depth, self.next) = (1, Ask::Keep);
            }
            b':' => {
                self.put(b, out);
                self.name();
            }
            _ => {
                if !b.is_ascii_whitespace() {
                    self.next = Ask::Keep;
                    self.naming = false;
                }
                if b == b'}' {
                    self.secret = false;
                }
                self.put(b, out);
            }
        }
    }

    fn put(&self, b: u8, out: &mut Vec<u8>) {
        if self.depth == 0 {
            out.push(b);
        }
    }

    fn in_string(&mut self, b: u8, out: &mut Vec<u8>) {
        let ends = b == b'"' && !self.escaped;
        self.escaped = b == b'\\' && !self.escaped;
        if ends {
            self.inside = false;
            if std::mem::take(&mut self.naming) {
                let word = String::from_utf8_lossy(&self.word).to_ascii_lowercase();
                self.secret = SECRET.iter().any(|s| word.contains(s));
            }
        } else if self.word.len() < 64 {
            self.word.push(b);
        }
        if ends || !self.blank {
            self.put(b, out);
        }
        self.blank &= !ends;
    }

    /// Judges the name that stands before a colon.
    fn name(&mut self) {
        let word = String::from_utf8_lossy(&self.word).into_owned();
        let word = word.as_str();
        self.naming = word == "key";
        self.next = match word {
            w if EMPTIED.contains(&w) || w.starts_with("members_") => Ask::Empty,
            w if BLANKED.contains(&w) => Ask::Blank,
            "value" if std::mem::take(&mut self.secret) => Ask::Blank,
            _ => Ask::Keep,
        };
    }
}

impl Filter for State {
    fn run(&mut self, raw: &mut Vec<u8>, _: bool, out: &mut Vec<u8>) {
        raw.drain(..).for_each(|b| self.step(b, out));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays_byte_for_byte() {
        let text = r#"{"users": [{"name":"D \"x\"", "email" : "a@x.example\\","password":"$2a"}], "members":[{"n":["]"]}],"settings":[{"key":"ghost_private_key","value":"K"},{"key":"title","value":"email"}], "posts":[{"html":"<p>\"email\":\"x\"</p>","email":null}]}"#;
        let blank = r#"{"users": [{"name":"D \"x\"", "email" : "","password":""}], "members":[],"settings":[{"key":"ghost_private_key","value":""},{"key":"title","value":"email"}], "posts":[{"html":"<p>\"email\":\"x\"</p>","email":null}]}"#;
        let out = super::super::copy(json, text.as_bytes());
        assert_eq!(out, blank);
        assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok());
    }
}
