//! The media of posts, and those that were missing before.

use std::collections::BTreeSet;

use super::super::media::{self, Gallery};
use super::super::routes::routes;
use super::Run;
use crate::error::Result;
use crate::event::Unit;
use crate::http::{Answer, Ask};
use crate::model::{Media, Post};
use crate::store::{OpenGap, Writer};

impl Run<'_> {
    /// Asks for the media that posts want and that are not kept yet.
    pub(super) fn take_media(&mut self, posts: &[Post]) -> Result<()> {
        let wanted = self.gallery.wanted(&self.writer, posts);
        self.ask_media(wanted, |_, _, _| Ok(()))
    }

    /// Asks for media, each with the post that wants it; `on` hears of those that came. What one route does not lead to is
    /// asked for by the next.
    fn ask_media(
        &mut self,
        wanted: Vec<media::Wanted>,
        mut on: impl FnMut(&mut Writer, &Gallery, &str) -> Result<()>,
    ) -> Result<()> {
        let (asked, refused) = media::split(wanted, self.request.media);
        refused.into_iter().for_each(|gap| self.miss(gap));
        let (archive, dead) = self.request.archive_of_media();
        let mut hunts: Vec<media::Hunt> =
            asked.into_iter().map(|one| media::Hunt::new(routes(&one.url, &one.time, archive, dead), one)).collect();
        while !hunts.is_empty() {
            let round = media::round(&mut hunts);
            let (writer, gallery, events) = (&mut self.writer, &mut self.gallery, self.events);
            let ask = Ask { largest: self.request.max_media, ..Ask::media() };
            let (urls, raw) = (round.keys().map(|url| (url.clone(), ask.clone())).collect(), self.request.raw_media);
            let mut left: Vec<media::Hunt> = Vec::new();
            let mut round = round;
            self.web.each(urls, events, |url, answer: Answer| {
                if raw {
                    answer.captures.iter().try_for_each(|c| writer.capture(c))?;
                }
                let hunts = round.remove(&url).unwrap_or_default();
                match media::judge(&answer) {
                    Ok(capture) => {
                        let medium = writer.keep_media(capture.payload())?;
                        for hunt in hunts {
                            let via = hunt.via.then(|| capture.url.to_string());
                            gallery.put(&hunt.wanted.url, Media { via, ..medium.clone() });
                            on(writer, gallery, &hunt.wanted.url)?;
                        }
                        events.done(Unit::Media, 1);
                    }
                    Err((reason, detail)) => left.extend(hunts.into_iter().map(|h| h.failed(reason, &detail))),
                }
                Ok(())
            })?;
            let (again, lost): (Vec<_>, Vec<_>) = left.into_iter().partition(|h| h.goes_on());
            for hunt in lost {
                self.gallery.miss(&hunt.wanted.url);
                self.miss(hunt.gap());
            }
            hunts = again;
        }
        Ok(())
    }

    /// Asks again for media that are missing: all of them if the user says so, else those that were left out on purpose.
    pub(super) fn fill_gaps(&mut self, open: &[OpenGap]) -> Result<()> {
        let wanted = media::missing(open, self.request.retry_gaps, self.request.media, &self.writer);
        if wanted.is_empty() {
            return Ok(());
        }
        self.events.phase("asking again for what is missing");
        let mut came = BTreeSet::new();
        self.ask_media(wanted, |_, _, url| {
            came.insert(url.to_string());
            Ok(())
        })?;
        let lacks = |m: &Media| m.sha256.is_none() && came.contains(&m.url);
        let ids: Vec<_> = self.writer.entries().filter(|e| e.media.iter().any(lacks)).map(|e| e.id.clone()).collect();
        for id in ids {
            let gallery = &self.gallery;
            let Some(mut post) = self.writer.read(&id)? else { continue };
            gallery.fill(&self.writer, &mut post);
            self.writer.amend(&id, |p| (p.media, p.captions) = (post.media, post.captions))?;
        }
        Ok(())
    }
}
