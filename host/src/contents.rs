//! File contents as plugins send them. Those that were handed over ahead of the changes wait on disk, and belong to the
//! process, which runs one command.

use std::sync::{Mutex, PoisonError};

use amplify_plugin_abi::change::FileContent;
use amplify_project::{Content, Document, Indent, Kept, Spool};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::error::Error;

#[derive(Default)]
struct Contents {
    spool: Option<Spool>,
    kept: Vec<Kept>,
}

static CONTENTS: Mutex<Contents> = Mutex::new(Contents { spool: None, kept: Vec::new() });

/// Takes a content in, and returns the number that stands for it.
///
/// # Errors
/// No room for temporary files.
pub fn keep(bytes: &[u8]) -> Result<u64, Error> {
    let mut contents = CONTENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let Contents { spool, kept } = &mut *contents;
    kept.push(spool.get_or_insert_with(Spool::new).keep(bytes)?);
    Ok(kept.len() as u64 - 1)
}

/// What a file at `path` is to hold, as a transaction takes it. JSON is laid out as in a new file.
///
/// # Errors
/// Base64 that is none, a number that was not given out, a kind that this version does not know.
pub fn content(path: &str, content: &FileContent) -> Result<Content, Error> {
    Ok(match content {
        FileContent::Text(text) => text.as_str().into(),
        FileContent::Json(value) => Document::new(value.clone(), Indent::Spaces(4)).to_bytes().into(),
        FileContent::JsonTabs(value) => Document::new(value.clone(), Indent::Tabs).to_bytes().into(),
        FileContent::Base64(text) => STANDARD
            .decode(text)
            .map_err(|error| {
                Error::failed("bad-base64", format!("the content of `{path}` is not base64")).cause(error)
            })?
            .into(),
        FileContent::Kept(number) => find(path, *number)?.into(),
        _ => return Err(Error::failed("unknown-change", format!("the content of `{path}` is of an unknown kind"))),
    })
}

/// The same as bytes.
///
/// # Errors
/// As [`content`], and a disk that cannot be read.
pub fn bytes(path: &str, from: &FileContent) -> Result<Vec<u8>, Error> {
    Ok(content(path, from)?.into_bytes()?)
}

fn find(path: &str, number: u64) -> Result<Kept, Error> {
    let contents = CONTENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let found = usize::try_from(number).ok().and_then(|number| contents.kept.get(number));
    found
        .cloned()
        .ok_or_else(|| Error::failed("unknown-change", format!("the content of `{path}` was not handed over before")))
}
