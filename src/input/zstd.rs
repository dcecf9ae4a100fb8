//! Zstandard ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878)) as a stream: frame after frame, those to skip skipped.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

type Source = BufReader<Box<dyn Read>>;

/// What the frames of a stream hold.
pub struct Frames {
    state: State,
}

enum State {
    Between(Source),
    Inside(Box<Frame>),
    Ended,
}

/// A frame that is being read.
struct Frame {
    decoder: FrameDecoder,
    source: Source,
}

impl Read for Frame {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            let step = self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1));
            step.map_err(io::Error::other)?;
        }
        self.decoder.read(buf)
    }
}

impl Frames {
    pub fn new(source: Box<dyn Read>) -> Frames {
        Frames { state: State::Between(BufReader::new(source)) }
    }
}

impl Read for Frames {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Between(source) => self.state = begin(source)?,
                State::Inside(mut frame) => match frame.read(buf) {
                    Ok(0) if !buf.is_empty() => self.state = State::Between(frame.source),
                    Ok(n) => {
                        self.state = State::Inside(frame);
                        return Ok(n);
                    }
                    Err(cause) => {
                        return Err(match frame.source.fill_buf() {
                            Ok([]) => cut(),
                            _ => io::Error::new(io::ErrorKind::InvalidData, format!("damaged Zstandard data: {cause}")),
                        });
                    }
                },
            }
        }
    }
}

/// Begins the next frame.
fn begin(mut source: Source) -> io::Result<State> {
    loop {
        if source.fill_buf()?.is_empty() {
            return Ok(State::Ended);
        }
        let mut decoder = FrameDecoder::new();
        match decoder.init(&mut source) {
            Ok(()) => {
                return Ok(State::Inside(Box::new(Frame { decoder, source })));
            }
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                io::copy(&mut source.by_ref().take(u64::from(length)), &mut io::sink())?;
            }
            Err(_) if source.fill_buf()?.is_empty() => return Err(cut()),
            Err(cause) => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, format!("damaged Zstandard data: {cause}")));
            }
        }
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the Zstandard data ends too soon")
}
