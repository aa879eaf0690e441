//! File contents that wait on disk until a transaction takes them, so that a command with thousands of files does not hold
//! them all.

use std::{
    io::{Read, Seek, SeekFrom, Write},
    sync::{Arc, Mutex, PoisonError},
};

use tempfile::SpooledTempFile;

use crate::Error;

/// So many bytes stay in memory; what is more goes to disk.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// A buffer, and from 8 MiB on a file without a name in the system's temporary folder. It goes with the last [`Kept`] that
/// refers to it.
#[derive(Debug)]
pub struct Spool {
    file: Arc<Mutex<SpooledTempFile>>,
    /// Where the next content begins.
    end: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self::new()
    }
}

/// One content of a [`Spool`].
#[derive(Clone, Debug)]
pub struct Kept {
    file: Arc<Mutex<SpooledTempFile>>,
    offset: u64,
    length: usize,
}

impl Spool {
    /// An empty one.
    pub fn new() -> Self {
        Self { file: Arc::new(Mutex::new(tempfile::spooled_tempfile(IN_MEMORY))), end: 0 }
    }

    /// Takes a content in.
    ///
    /// # Errors
    /// [`Error::Io`]: a full disk, for instance. What was kept before is still there.
    pub fn keep(&mut self, bytes: &[u8]) -> Result<Kept, Error> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.end)).and_then(|_| file.write_all(bytes)).map_err(failed("write"))?;
        let kept = Kept { file: Arc::clone(&self.file), offset: self.end, length: bytes.len() };
        self.end += bytes.len() as u64;
        Ok(kept)
    }
}

impl Kept {
    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        self.length as u64
    }

    /// The content.
    ///
    /// # Errors
    /// [`Error::Io`]: a disk that cannot be read.
    pub fn read(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; self.length];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.offset)).and_then(|_| file.read_exact(&mut bytes)).map_err(failed("read"))?;
        Ok(bytes)
    }
}

/// The same place, not merely the same bytes.
impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && (self.offset, self.length) == (other.offset, other.length)
    }
}

impl Eq for Kept {}

fn failed(action: &'static str) -> impl Fn(std::io::Error) -> Error {
    move |error| Error::io(action, &std::env::temp_dir())(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_come_back_in_any_order_and_outlive_the_spool() {
        let mut spool = Spool::new();
        // More than what stays in memory.
        let size = |number: u8| usize::from(number) * IN_MEMORY / 1_000;
        let texts: Vec<Vec<u8>> = (0..50_u8).map(|number| vec![number; size(number)]).collect();
        let kept: Vec<Kept> = texts.iter().map(|text| spool.keep(text).unwrap()).collect();
        assert_eq!(kept[3].read().unwrap(), texts[3]);
        let last = spool.keep(b"after a read").unwrap();
        drop(spool);
        assert_eq!(last.read().unwrap(), b"after a read");
        for (kept, text) in kept.iter().zip(&texts).rev() {
            assert_eq!(kept.read().unwrap(), *text);
        }
        assert_ne!(kept[1], kept[2]);
    }
}
