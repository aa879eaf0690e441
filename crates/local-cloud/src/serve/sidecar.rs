//! What `s3s-fs` keeps about an object beside it: only what is needed to list it and to forget it.

use std::io;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{
    objects::{OBJECTS, Place},
    store,
};

/// The path of one of the files about an object; `what` is `internal` or `metadata`.
fn path(place: &Place, what: &str) -> std::path::PathBuf {
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    place.folder.join(format!(".bucket-{}.object-{}.{what}.json", encode(OBJECTS), encode(&place.name)))
}

/// The ETag of an object that was put over HTTP.
pub(super) fn e_tag(place: &Place) -> Option<String> {
    let bytes = fs_err::read(path(place, "internal")).ok()?;
    let facts: Value = serde_json::from_slice(&bytes).ok()?;
    facts.get("e_tag")?.as_str().map(str::to_owned)
}

/// Deletes what is known about an object that is gone or was replaced behind the server's back.
pub(crate) fn forget(place: &Place) -> io::Result<()> {
    store::remove_file(&path(place, "internal"))?;
    store::remove_file(&path(place, "metadata"))
}
