//! The media of posts, and those that were missing before.

use std::collections::BTreeSet;

use super::Run;
use crate::error::Result;
use crate::model::{Caption, Gap, Media, Post};
use crate::ops::media;
use crate::store::{OpenGap, Writer};

impl Run<'_> {
    /// Asks for the media that posts want and that are not kept yet.
    pub(super) fn take_media(&mut self, posts: &[Post]) -> Result<()> {
        let wanted = self.gallery.wanted(&self.writer, posts);
        self.ask_media(wanted, |_| {})
    }

    /// Asks for media, each with the post that wants it; `found` hears of those that came.
    fn ask_media(&mut self, wanted: Vec<media::Wanted>, found: impl FnMut(&str)) -> Result<()> {
        let web = self.request.media.then_some(self.web);
        let gaps = &mut self.state.gaps;
        let lost = |writer: &mut Writer, gap: Gap| {
            gaps.push(gap.clone());
            writer.gap(gap);
        };
        self.gallery.ask(web, self.events, &mut self.writer, wanted, lost, found)
    }

    /// Takes out of kept posts what was taken for their pictures and turned out to be sent in place of them.
    pub(super) fn unspoil(&mut self) -> Result<()> {
        self.state.guards.clone_from(self.gallery.guards());
        let spoiled: BTreeSet<String> = self.gallery.spoiled().into_iter().map(|w| w.url).collect();
        if spoiled.is_empty() {
            return Ok(());
        }
        let holds = |m: &Media| m.sha256.is_some() && spoiled.contains(&m.url);
        let ids: Vec<_> = self.writer.entries().filter(|e| e.media.iter().any(holds)).map(|e| e.id.clone()).collect();
        for id in ids {
            self.writer.amend(&id, |p| {
                for medium in p.media.iter_mut().filter(|m| spoiled.contains(&m.url)) {
                    *medium = Media {
                        url: medium.url.clone(),
                        alt: medium.alt.take(),
                        role: medium.role.clone(),
                        ..Media::default()
                    };
                }
                let of = |c: &&mut Caption| c.src.as_ref().is_some_and(|s| spoiled.contains(s));
                p.captions.iter_mut().filter(of).for_each(|c| c.media = None);
            })?;
        }
        spoiled.iter().for_each(|url| self.writer.forget_media(url));
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
        self.ask_media(wanted, |url| {
            came.insert(url.to_string());
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
