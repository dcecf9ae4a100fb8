//! The media of posts, and those that were missing before.

use std::collections::BTreeSet;

use url::Url;

use super::super::media::{self, Gallery};
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

    /// Asks for media, each with the post that wants it; `on` hears of those that came.
    fn ask_media(
        &mut self,
        wanted: Vec<media::Wanted>,
        mut on: impl FnMut(&mut Writer, &Gallery, &str) -> Result<()>,
    ) -> Result<()> {
        let (asked, refused) = media::split(wanted, self.request.media);
        for gap in refused {
            self.state.gaps.push(gap.clone());
            self.writer.gap(gap);
        }
        let (writer, gallery, state, events) = (&mut self.writer, &mut self.gallery, &mut self.state, self.events);
        let urls: Vec<Url> = asked.keys().cloned().collect();
        let urls = urls.into_iter().map(|url| (url, Ask::media())).collect();
        self.web.each(urls, events, |url, answer: Answer| {
            answer.captures.iter().try_for_each(|c| writer.capture(c))?;
            let Some(wanted) = asked.get(&url) else { return Ok(()) };
            match media::judge(&answer) {
                Ok(capture) => {
                    let medium = writer.keep_media(capture.payload())?;
                    for one in wanted {
                        gallery.put(&one.url, medium.clone());
                        on(writer, gallery, &one.url)?;
                    }
                    events.done(Unit::Media, 1);
                }
                Err((reason, detail)) => {
                    for one in wanted {
                        let gap = one.gap(reason, &detail);
                        gallery.miss(&one.url);
                        state.gaps.push(gap.clone());
                        writer.gap(gap);
                    }
                }
            }
            Ok(())
        })
    }

    /// Asks again for media that are missing: all of them if the user says so, else those that were left out on purpose.
    pub(super) fn fill_gaps(&mut self, open: &[OpenGap]) -> Result<()> {
        let wanted = media::missing(open, self.request.retry_gaps, self.request.media);
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
