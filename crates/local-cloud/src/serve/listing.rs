//! Lists the objects of a bucket, page by page, as S3 does.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
};

use s3s::{
    crypto::{Checksum as _, Md5},
    dto::{CommonPrefix, ETag, Object, ObjectStorageClass, Timestamp},
};

use super::sidecar;
use crate::objects;

/// What to list.
pub(super) struct Query<'q> {
    pub(super) prefix: &'q str,
    pub(super) delimiter: Option<&'q str>,
    /// Only what comes after this.
    pub(super) after: Option<&'q str>,
    pub(super) limit: usize,
    /// Write keys as in an address.
    pub(super) encode: bool,
}

/// One page.
#[derive(Default)]
pub(super) struct Page {
    pub(super) objects: Vec<Object>,
    pub(super) prefixes: Vec<CommonPrefix>,
    /// The last key or prefix on the page, if there are more.
    pub(super) next: Option<String>,
}

impl Page {
    pub(super) fn count(&self) -> usize {
        self.objects.len() + self.prefixes.len()
    }
}

/// Reads a page.
pub(super) fn page(bucket: &Path, query: &Query<'_>) -> io::Result<Page> {
    // A key, or a common prefix of several, which has no file of its own.
    let mut entries: BTreeMap<String, Option<PathBuf>> = BTreeMap::new();
    let mut add = |key: String, file: Option<PathBuf>| {
        if query.after.is_none_or(|after| key.as_str() > after) {
            entries.insert(key, file);
        }
    };
    objects::walk(bucket, query.prefix, &mut |key, file| {
        let delimiter = query.delimiter.filter(|delimiter| !delimiter.is_empty());
        match delimiter.and_then(|delimiter| Some((key[query.prefix.len()..].find(delimiter)?, delimiter))) {
            Some((index, delimiter)) => add(key[..query.prefix.len() + index + delimiter.len()].to_owned(), None),
            None => add(key, Some(file)),
        }
    })?;
    let mut page = Page::default();
    let total = entries.len();
    for (key, file) in entries.into_iter().take(query.limit) {
        let shown = if query.encode { encoded(&key) } else { key.clone() };
        match file {
            Some(file) => page.objects.extend(object(bucket, &key, shown, &file)),
            None => page.prefixes.push(CommonPrefix { prefix: Some(shown) }),
        }
        page.next = Some(key);
    }
    if total <= query.limit || query.limit == 0 {
        page.next = None;
    }
    Ok(page)
}

/// `None` for an object that vanished while it was listed.
fn object(bucket: &Path, key: &str, shown: String, file: &Path) -> Option<Object> {
    let metadata = fs_err::metadata(file).ok()?;
    let known = objects::place(bucket, key).and_then(|place| sidecar::e_tag(&place));
    let e_tag = match known {
        Some(e_tag) => e_tag,
        None => hex(Md5::checksum(&fs_err::read(file).ok()?).as_ref()),
    };
    Some(Object {
        key: Some(shown),
        size: i64::try_from(metadata.len()).ok(),
        last_modified: metadata.modified().ok().map(Timestamp::from),
        e_tag: Some(ETag::Strong(e_tag)),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Object::default()
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a key as it stands in an address.
pub(super) fn encoded(key: &str) -> String {
    key.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/*".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::{OBJECTS, place};

    fn bucket(keys: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for key in keys {
            let place = place(folder.path(), key).unwrap();
            fs_err::create_dir_all(place.folder.join(OBJECTS)).unwrap();
            fs_err::write(place.file(), key).unwrap();
        }
        folder
    }

    fn keys(page: &Page) -> Vec<String> {
        let objects = page.objects.iter().filter_map(|object| object.key.clone());
        objects.chain(page.prefixes.iter().filter_map(|prefix| prefix.prefix.clone())).collect()
    }

    fn query<'q>() -> Query<'q> {
        Query { prefix: "", delimiter: None, after: None, limit: 1000, encode: false }
    }

    #[test]
    fn folders_are_common_prefixes() {
        let bucket = bucket(&["public/a.txt", "public/b/c.txt", "public/b/d.txt", "private/x"]);
        let page = page(bucket.path(), &Query { prefix: "public/", delimiter: Some("/"), ..query() }).unwrap();
        assert_eq!(keys(&page), ["public/a.txt", "public/b/"]);
        assert_eq!(page.next, None);
        // The MD5 of the text `public/a.txt`.
        assert_eq!(page.objects[0].e_tag.as_ref().unwrap().value().len(), 32);
    }

    #[test]
    fn pages_follow_each_other_in_order() {
        let all = ["a", "a-b", "a/b", "b", "c/d"];
        let bucket = bucket(&all);
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = page(bucket.path(), &Query { after: after.as_deref(), limit: 2, ..query() }).unwrap();
            seen.extend(keys(&page));
            after = page.next.clone();
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn keys_can_be_written_as_in_an_address() {
        let bucket = bucket(&["a b/ü%.txt"]);
        let page = page(bucket.path(), &Query { encode: true, ..query() }).unwrap();
        assert_eq!(keys(&page), ["a%20b/%C3%BC%25.txt"]);
    }
}
