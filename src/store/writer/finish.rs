//! How a batch and a run end: what was kept becomes durable, and the line that says so is written.

use super::missing::Outcome;
use super::{Summary, Writer};
use crate::error::{Error, Result};
use crate::model::pretty_json;
use crate::store::layout::{CACHE, INFO};
use crate::store::runs::RunLine;

impl Writer {
    /// Makes durable what came in since the last time.
    pub fn commit(&mut self) -> Result<()> {
        self.launch()?;
        self.batch.land()
    }

    /// Begins to make durable what came in since the last time; the work goes on meanwhile.
    pub(super) fn launch(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.stage_info()?;
        self.raw.flush().map_err(Error::io("write", self.root.join("raw")))?;
        let gaps = self.missing.spill(&self.index);
        let line = RunLine {
            what: "batch".into(),
            run: self.run.clone(),
            command: self.opening.command.into(),
            finished: (!gaps.is_empty()).then(|| self.clock.now()),
            gaps,
            ..std::mem::take(&mut self.line)
        };
        self.batch.launch(self.disk.as_mut(), &self.root, line)?;
        self.is_kept();
        Ok(())
    }

    fn put_in_place(&mut self, line: RunLine) -> Result<()> {
        self.batch.commit(self.disk.as_mut(), &self.root, line)?;
        self.is_kept();
        Ok(())
    }

    fn is_kept(&mut self) {
        self.fresh = (0, 0);
        self.batch_since = None;
        self.committed = true;
    }

    fn stage_info(&mut self) -> Result<()> {
        if let Some((kind, uri)) = &self.opening.source {
            let list = self.info.sources.entry(kind.clone()).or_default();
            if let Err(at) = list.binary_search(uri) {
                list.insert(at, uri.clone());
            }
        }
        let bytes = pretty_json(&self.info);
        if self.info_kept.as_ref() != Some(&bytes) {
            self.batch.stage(self.disk.as_mut(), &self.root, INFO, &mut bytes.as_slice())?;
            self.info_kept = Some(bytes);
        }
        Ok(())
    }

    /// Ends the run: seals the raw capture (drops it when nothing came of the run) and writes the closing line.
    pub fn finish(mut self, interrupted: bool) -> Result<Summary> {
        // The gaps that were told are read again.
        self.batch.land()?;
        self.batch.gather(true)?;
        let Outcome { gaps, closed, shown, new, open } = self.missing.settle(&self.root, &self.index)?;

        // A first run that had nothing but gaps begins the archive too: they are to be found again.
        let first = self.info_kept.is_none() && !gaps.is_empty();
        let something = self.committed || !self.batch.is_empty() || first;
        if something {
            self.raw.seal(self.disk.as_mut(), &self.root, &mut self.batch)?;
            self.stage_info()?;
        } else {
            self.raw.discard(self.disk.as_mut(), &self.root);
        }
        let finished = self.clock.now();
        let line = RunLine {
            what: "run".into(),
            run: self.run.clone(),
            command: self.opening.command.into(),
            started: Some(self.started),
            finished: Some(finished),
            interrupted,
            gaps,
            closed: closed.into_iter().collect(),
            requests: self.summary.requests,
            unchanged: self.summary.unchanged,
            notes: self.summary.notes.clone(),
            ..std::mem::take(&mut self.line)
        };
        if !something && self.info_kept.is_none() {
            self.clear_away();
        } else {
            self.put_in_place(line)?;
        }
        if let Some(lock) = self.lock.take() {
            lock.release();
        }
        Ok(Summary {
            gaps: shown,
            new_gaps: new,
            open_gaps: open,
            counts: self.info.counts,
            interrupted,
            ..std::mem::take(&mut self.summary)
        })
    }

    /// An archive that never came to hold anything leaves no folder behind.
    fn clear_away(&mut self) {
        self.batch.discard(self.disk.as_mut(), &self.root);
        self.raw.discard(self.disk.as_mut(), &self.root);
        if self.info_kept.is_none() {
            let _ = std::fs::remove_dir_all(self.root.join(CACHE));
            for folder in ["raw/import", "raw", "posts", "pages", "media", "."] {
                let _ = std::fs::remove_dir(self.root.join(folder));
            }
            let _ = std::fs::remove_dir(&self.root);
        }
    }
}

impl Drop for Writer {
    /// A run that ends in an error: what was committed stands, the rest goes.
    fn drop(&mut self) {
        let _ = self.batch.land();
        if self.lock.is_none() || self.batch.is_broken() {
            return;
        }
        self.batch.discard(self.disk.as_mut(), &self.root);
        let sealed = self.committed && self.close_raw().is_ok();
        if !sealed {
            self.raw.discard(self.disk.as_mut(), &self.root);
        }
        if !self.committed {
            self.clear_away();
        }
        if let Some(lock) = self.lock.take() {
            lock.release();
        }
    }
}

impl Writer {
    /// Seals the raw capture of a run that failed after something of it was kept.
    fn close_raw(&mut self) -> Result<()> {
        self.raw.seal(self.disk.as_mut(), &self.root, &mut self.batch)?;
        let line = RunLine {
            what: "run".into(),
            run: self.run.clone(),
            command: self.opening.command.into(),
            started: Some(self.started),
            finished: Some(self.clock.now()),
            interrupted: true,
            ..RunLine::default()
        };
        self.put_in_place(line)
    }
}
