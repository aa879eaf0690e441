//! Decodes bodies that AWS clients frame for signing (`aws-chunked`), and checks the checksum that follows them.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes, BytesMut};
use http::HeaderName;
use http_body::{Body, Frame, SizeHint};
use s3s::{checksum::ChecksumHasher, dto::Checksum};

/// The longest line between chunks.
const LONGEST_LINE: usize = 8 * 1024;

/// The decoded body.
pub(super) struct Chunked<B> {
    inner: B,
    buffer: BytesMut,
    stage: Stage,
    /// What the client said is still to come.
    left: u64,
    hasher: Option<ChecksumHasher>,
}

#[derive(Clone, Copy)]
enum Stage {
    /// Before the line with a chunk's size.
    Size,
    /// In a chunk.
    Data(u64),
    /// Before the line end after a chunk.
    DataEnd,
    /// Before a line of the trailer.
    Trailer,
    Done,
}

/// What a step found.
enum Found {
    Data(Bytes),
    /// Go on.
    Line,
    /// The buffer does not suffice.
    More,
    End,
}

impl<B> Chunked<B> {
    /// A body of `length` bytes when decoded. `checksum` names the header that follows it, such as
    /// `x-amz-checksum-crc32`.
    pub(super) fn new(inner: B, length: u64, checksum: Option<&HeaderName>) -> Self {
        let hasher = checksum.and_then(|name| {
            let mut hasher = ChecksumHasher::default();
            match name.as_str() {
                "x-amz-checksum-crc32" => hasher.crc32 = Some(Default::default()),
                "x-amz-checksum-crc32c" => hasher.crc32c = Some(Default::default()),
                "x-amz-checksum-crc64nvme" => hasher.crc64nvme = Some(Default::default()),
                "x-amz-checksum-sha1" => hasher.sha1 = Some(Default::default()),
                "x-amz-checksum-sha256" => hasher.sha256 = Some(Default::default()),
                _ => return None,
            }
            Some(hasher)
        });
        Self { inner, buffer: BytesMut::new(), stage: Stage::Size, left: length, hasher }
    }

    fn step(&mut self) -> io::Result<Found> {
        match self.stage {
            Stage::Size => {
                let Some(line) = self.line()? else { return Ok(Found::More) };
                let size = line.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(size, 16).map_err(|_| bad("a chunk has no size"))?;
                self.left = self.left.checked_sub(size).ok_or_else(|| bad("the body is longer than it should be"))?;
                self.stage = if size == 0 { Stage::Trailer } else { Stage::Data(size) };
                Ok(Found::Line)
            }
            Stage::Data(size) => {
                if self.buffer.is_empty() {
                    return Ok(Found::More);
                }
                let count = usize::try_from(size).unwrap_or(usize::MAX).min(self.buffer.len());
                let data = self.buffer.split_to(count).freeze();
                let rest = size - count as u64;
                self.stage = if rest == 0 { Stage::DataEnd } else { Stage::Data(rest) };
                if let Some(hasher) = &mut self.hasher {
                    hasher.update(&data);
                }
                Ok(Found::Data(data))
            }
            Stage::DataEnd => {
                if self.buffer.len() < 2 {
                    return Ok(Found::More);
                }
                if !self.buffer.starts_with(b"\r\n") {
                    return Err(bad("a chunk does not end where it should"));
                }
                self.buffer.advance(2);
                self.stage = Stage::Size;
                Ok(Found::Line)
            }
            Stage::Trailer => {
                let Some(line) = self.line()? else { return Ok(Found::More) };
                if line.is_empty() {
                    self.stage = Stage::Done;
                } else if let Some((name, value)) = line.split_once(':') {
                    self.check(name.trim(), value.trim())?;
                }
                Ok(Found::Line)
            }
            Stage::Done => Ok(Found::End),
        }
    }

    /// Takes a line off the buffer, without its end.
    fn line(&mut self) -> io::Result<Option<String>> {
        let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") else {
            return if self.buffer.len() > LONGEST_LINE { Err(bad("a line is too long")) } else { Ok(None) };
        };
        let line = self.buffer.split_to(end);
        self.buffer.advance(2);
        String::from_utf8(line.to_vec()).map(Some).map_err(|_| bad("a line is not text"))
    }

    fn check(&mut self, name: &str, value: &str) -> io::Result<()> {
        if !name.to_ascii_lowercase().starts_with("x-amz-checksum-") {
            return Ok(());
        }
        let Some(hasher) = self.hasher.take() else { return Ok(()) };
        let Checksum { checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256, .. } =
            hasher.finalize();
        let computed = checksum_crc32.or(checksum_crc32c).or(checksum_crc64nvme).or(checksum_sha1).or(checksum_sha256);
        if computed.as_deref() == Some(value) { Ok(()) } else { Err(bad("the checksum does not match the body")) }
    }

    /// The end of the inner body: fine only after the last chunk.
    fn finish(&mut self) -> io::Result<()> {
        // Some clients leave out the empty line after the trailer.
        let complete = matches!(self.stage, Stage::Done)
            || (matches!(self.stage, Stage::Trailer) && self.buffer.iter().all(|byte| matches!(byte, b'\r' | b'\n')));
        if complete && self.left == 0 { Ok(()) } else { Err(bad("the body is cut off")) }
    }
}

fn bad(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

impl<B> Body for Chunked<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        loop {
            match this.step() {
                Ok(Found::Data(data)) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Ok(Found::Line) => continue,
                Ok(Found::End) => return Poll::Ready(this.finish().err().map(Err)),
                Ok(Found::More) => {}
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
            match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        this.buffer.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(io::Error::other(error)))),
                None => {
                    let finished = this.finish();
                    this.stage = Stage::Done;
                    this.left = 0;
                    return Poll::Ready(finished.err().map(Err));
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        let in_chunk = if let Stage::Data(size) = self.stage { size } else { 0 };
        SizeHint::with_exact(self.left + in_chunk)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};

    use super::*;

    fn decode(text: &str, length: u64, checksum: Option<&'static str>) -> Result<String, String> {
        let name = checksum.map(HeaderName::from_static);
        let body = Chunked::new(Full::new(Bytes::copy_from_slice(text.as_bytes())), length, name.as_ref());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let collected = runtime.block_on(body.collect()).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(collected.to_bytes().to_vec()).unwrap())
    }

    #[test]
    fn signed_and_unsigned_chunks() {
        let signed = "5;chunk-signature=aa\r\nhello\r\n6;chunk-signature=bb\r\n world\r\n0;chunk-signature=cc\r\n\r\n";
        assert_eq!(decode(signed, 11, None).unwrap(), "hello world");
        assert_eq!(decode("0\r\n\r\n", 0, None).unwrap(), "");
    }

    #[test]
    fn the_checksum_after_the_body_counts() {
        let good = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
        assert_eq!(decode(good, 5, Some("x-amz-checksum-crc32")).unwrap(), "hello");
        let bad = "5\r\nhallo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
        assert!(decode(bad, 5, Some("x-amz-checksum-crc32")).unwrap_err().contains("checksum"));
    }

    #[test]
    fn broken_framing_is_an_error() {
        for (text, length) in [
            ("5\r\nhel", 5),
            ("5\r\nhello\r\n", 5),
            ("5\r\nhello0\r\n\r\n", 5),
            ("zz\r\nhello\r\n0\r\n\r\n", 5),
            ("5\r\nhello\r\n0\r\n\r\n", 6),
            ("5\r\nhello\r\n0\r\n\r\n", 4),
        ] {
            assert!(decode(text, length, None).is_err(), "{text:?} {length}");
        }
    }
}
