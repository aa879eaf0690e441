//! Lambda's limits on the size of a package, checked before anything is uploaded.

use std::collections::BTreeMap;

use amplify_sdk::prelude::*;

use super::archive::File;

/// What a function's files may take unpacked, in bytes.
pub const MAX_UNPACKED: u64 = 250 * MIB;

/// What a package may take before it is worth a word.
pub const WARN_PACKED: u64 = 50 * MIB;

const MIB: u64 = 1024 * 1024;

/// How many folders are named.
const NAMED: usize = 10;

/// Refuses files that Lambda would refuse, naming the largest folders.
///
/// # Errors
/// The files take more than [`MAX_UNPACKED`].
pub fn check(context: &mut Context<'_>, resource: &str, files: &BTreeMap<String, File>) -> Result<(), PluginError> {
    let total: u64 = files.values().map(|file| file.size).sum();
    context.log(LogLevel::Debug, format!("`{resource}`: {} files, {total} bytes", files.len()));
    if total <= MAX_UNPACKED {
        return Ok(());
    }
    let mut error = PluginError::new(
        "function-too-large",
        format!(
            "`{resource}` takes {} unpacked, and Lambda takes at most {}",
            megabytes(total),
            megabytes(MAX_UNPACKED)
        ),
    );
    for (folder, bytes) in largest(files) {
        error = error.cause(format!("{} in {folder}", megabytes(bytes)));
    }
    Err(error.hint("remove what the function does not use, or move it into a layer"))
}

/// Warns of a package that is slow to start.
pub fn warn(context: &mut Context<'_>, resource: &str, packed: u64) {
    if packed > WARN_PACKED {
        let text =
            format!("the package of `{resource}` takes {}, which makes it slow to upload and start", megabytes(packed));
        context.log(LogLevel::Warning, text);
    }
}

/// The largest folders: packages below `node_modules` one by one, other files by their first folder.
pub fn largest(files: &BTreeMap<String, File>) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for (name, file) in files {
        *sums.entry(group(name)).or_default() += file.size;
    }
    let mut sorted: Vec<(String, u64)> = sums.into_iter().collect();
    sorted.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    sorted.truncate(NAMED);
    sorted
}

fn group(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').collect();
    let depth = match parts[..] {
        ["node_modules", scope, _, _, ..] if scope.starts_with('@') => 3,
        ["node_modules", _, _, ..] => 2,
        _ => 1,
    };
    parts[..depth].join("/")
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / MIB, bytes % MIB * 10 / MIB)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::silent::Silent;

    fn files(sizes: &[(&str, u64)]) -> BTreeMap<String, File> {
        let file = |size| File { path: "x".into(), size, changed: None, executable: false };
        sizes.iter().map(|(name, size)| ((*name).to_owned(), file(*size))).collect()
    }

    #[test]
    fn folders_are_summed_by_package() {
        let files = files(&[
            ("node_modules/@aws/sdk/a.js", 5),
            ("node_modules/@aws/sdk/b/c.js", 6),
            ("node_modules/left/x.js", 7),
            ("lib/x/y.js", 4),
            ("index.js", 3),
        ]);
        let expected = [("node_modules/@aws/sdk", 11), ("node_modules/left", 7), ("lib", 4), ("index.js", 3)];
        assert_eq!(largest(&files), expected.map(|(name, size)| (name.to_owned(), size)));
    }

    #[test]
    fn too_much_is_refused_with_the_largest_named() {
        let mut all: Vec<(String, u64)> = (0..12).map(|n| (format!("node_modules/p{n:02}/x"), n * MIB)).collect();
        all.push(("data/big.bin".to_owned(), 200 * MIB));
        let all: Vec<(&str, u64)> = all.iter().map(|(name, size)| (name.as_str(), *size)).collect();
        let error = checked(&files(&all)).unwrap_err();
        assert_eq!(error.message, "`f` takes 266.0 MB unpacked, and Lambda takes at most 250.0 MB");
        assert_eq!(error.causes.len(), 10);
        assert_eq!(error.causes[0], "200.0 MB in data");
        assert!(checked(&files(&[("a", MAX_UNPACKED)])).is_ok());
    }

    fn checked(files: &BTreeMap<String, File>) -> Result<(), PluginError> {
        let mut silent = Silent::default();
        check(&mut Context::new(&mut silent, ProjectView::default()), "f", files)
    }
}
