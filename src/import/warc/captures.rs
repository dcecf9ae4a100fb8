//! The pages of one file of records, in its order, as they were received. It knows nothing of posts.

use super::record::{Fault, Records};
use super::{MAX_PAGE, is_capture, is_html, payload};

/// A page as it was received.
#[derive(Debug, Clone)]
pub struct Capture {
    pub uri: String,
    pub content_type: Option<String>,
    /// Or why it cannot be read as a page.
    pub body: Result<Vec<u8>, String>,
}

/// Reads the pages of a file, one at a time; an error ends it.
pub struct Captures {
    records: Records,
    ended: bool,
}

impl Captures {
    pub fn new(records: Records) -> Captures {
        Captures { records, ended: false }
    }

    fn fault(&mut self, fault: Fault) -> Option<Result<Capture, String>> {
        self.ended = true;
        let why = match fault {
            Fault::Cut(why) => why,
            Fault::Io(e) => e.to_string(),
        };
        Some(Err(why))
    }
}

impl Iterator for Captures {
    type Item = Result<Capture, String>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let record = match self.records.record() {
                Ok(record) => record?,
                Err(fault) => return self.fault(fault),
            };
            if !is_capture(&record) {
                continue;
            }
            let block = match self.records.block(MAX_PAGE) {
                Ok((block, _)) => block,
                Err(fault) => return self.fault(fault),
            };
            let (status, mime, content_type, response) = payload(&record, block);
            if !(200..300).contains(&status) || !is_html(&mime) {
                continue;
            }
            let body = match response.coded {
                Some(coding) => Err(format!("its coding {coding} is not known")),
                None => Ok(response.body),
            };
            return Some(Ok(Capture { uri: record.uri, content_type, body }));
        }
        None
    }
}
