//! Opens shared libraries. The only place that does, and one of the three rooms of this crate with unsafe code.

use std::path::{Path, PathBuf};

use abi_stable::library::{AbiHeader, LibraryError, RawLibrary, RootModuleError, lib_header_from_raw_library};
use amplify_plugin_abi::{
    ABI_VERSION, OLDEST_PROTOCOL, PROTOCOL,
    error::ErrorKind,
    manifest::{Description, Manifest},
    module::PluginModuleRef,
};
use amplify_plugin_package::Glibc;

use crate::LoadError;

/// Opens a library by its own header and checks that its tables have the host's layout. It is never closed.
///
/// The convenience loaders of `abi_stable` remember the first library of a type; with many plugins each must be asked for
/// its own header.
#[allow(unsafe_code, reason = "loading foreign code is what this module is for")]
pub(crate) fn open(library: &Path, plugin: &str, plugin_abi: &str) -> Result<PluginModuleRef, LoadError> {
    let failed = |error| load_error(error, library, plugin, plugin_abi);
    // A bare file name would be looked for among the system's libraries.
    let place = if library.components().count() == 1 { Path::new(".").join(library) } else { library.to_owned() };
    let raw: &'static RawLibrary = Box::leak(Box::new(RawLibrary::load_at(&place).map_err(failed)?));
    // SAFETY: the symbol's name belongs to `abi_stable`, and a library that defines it defines an `AbiHeader` there; the
    // header is compared before anything behind it is used. The library is leaked, so the reference stays valid.
    let header = unsafe { lib_header_from_raw_library(raw) }.map_err(failed)?;
    header.init_root_module::<PluginModuleRef>().map_err(failed)
}

fn load_error(error: LibraryError, library: &Path, plugin: &str, plugin_abi: &str) -> LoadError {
    let library = library.to_owned();
    let plugin = plugin.to_owned();
    let layout = |details: String| LoadError::LayoutMismatch {
        plugin: plugin.clone(),
        library: library.clone(),
        plugin_abi: plugin_abi.to_owned(),
        host_abi: ABI_VERSION.to_owned(),
        details: difference(&details),
    };
    match error {
        LibraryError::OpenError { err, .. } => refused(library, plugin.clone(), innermost(&*err)),
        LibraryError::GetSymbolError { .. } => LoadError::NotAPlugin { library },
        LibraryError::RootModule { err: RootModuleError::Unwound, .. } => {
            LoadError::PanicAtLoad { plugin, library, message: "its module could not be made".into() }
        }
        LibraryError::InvalidAbiHeader(found) => layout(format!(
            "its tables are of abi_stable {}.{}, those of amplify of {}.{}",
            found.abi_major,
            found.abi_minor,
            AbiHeader::VALUE.abi_major,
            AbiHeader::VALUE.abi_minor
        )),
        LibraryError::IncompatibleVersionNumber { expected_version, actual_version, .. } => {
            layout(format!("its ABI has the version {actual_version}, that of amplify {expected_version}"))
        }
        other => layout(other.to_string()),
    }
}

/// The system does not open a library. The commonest cause on Linux is a newer C library where it was built.
fn refused(library: PathBuf, plugin: String, reason: String) -> LoadError {
    let needed = fs_err::read(&library).ok().and_then(|bytes| Glibc::needed_by(&bytes));
    match (needed, Glibc::running()) {
        (Some(needed), Some(found)) if needed > found => {
            LoadError::WrongLibc { plugin, library, needed, found, reason }
        }
        _ => LoadError::NotLoadable { library, reason },
    }
}

/// `libloading` says the same twice; the system's own words are innermost.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// A layout report fills pages. What matters is at its end: the innermost type that differs, and how.
fn difference(report: &str) -> String {
    const LONGEST: usize = 200;
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((before, error)) = report.rsplit_once("Error:") else {
        return line(report).chars().take(LONGEST).collect();
    };
    let (what, sides) = error.split_once("Expected:").unwrap_or((error, ""));
    let (expected, found) = sides.split_once("Found:").unwrap_or((sides, ""));
    let innermost = before.rsplit_once("Layout of expected type:").map_or(before, |(_, innermost)| innermost);
    let name = innermost.split("type:").nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let text = format!("`{}`: {} (amplify: {}; plugin: {})", name.trim(), line(what), line(expected), line(found));
    text.chars().take(LONGEST).collect()
}

/// Asks an open library for its manifest.
pub(crate) fn describe(module: PluginModuleRef, library: &Path, plugin: &str) -> Result<Manifest, LoadError> {
    let protocol = module.protocol()();
    if !(OLDEST_PROTOCOL..=PROTOCOL).contains(&protocol) {
        return Err(LoadError::WrongProtocol {
            plugin: plugin.to_owned(),
            path: library.to_owned(),
            found: protocol,
            oldest: OLDEST_PROTOCOL,
            newest: PROTOCOL,
        });
    }
    let bytes = module.describe()();
    let garbled = |reason| LoadError::DescriptionGarbled { library: library.to_owned(), reason };
    match serde_json::from_slice::<serde_json::Value>(bytes.as_slice()).map(understand) {
        Ok(Ok(Description::Manifest(manifest))) => Ok(manifest),
        Ok(Ok(Description::Failed { error })) if error.kind == ErrorKind::Panicked => Err(LoadError::PanicAtLoad {
            plugin: plugin.to_owned(),
            library: library.to_owned(),
            message: error.causes.first().unwrap_or(&error.message).clone(),
        }),
        Ok(Ok(Description::Failed { error })) => Err(LoadError::DescribeFailed {
            plugin: plugin.to_owned(),
            library: library.to_owned(),
            error: Box::new(error),
        }),
        Ok(Err(error)) | Err(error) => Err(garbled(error.to_string())),
    }
}

/// An untagged enum would hide which field of a manifest is wrong.
fn understand(value: serde_json::Value) -> Result<Description, serde_json::Error> {
    match value.get("error") {
        Some(error) => serde_json::from_value(error.clone()).map(|error| Description::Failed { error }),
        None => serde_json::from_value(value).map(Description::Manifest),
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn the_end_of_a_layout_report_tells() {
        let report = "Compared <this>:\n type:Outer\nLayout of expected type:\n  type:Inner\n  size:8\n\nfield type:u8\nError:mismatched \
                      package\nExpected:\n    ours\nFound:\n    theirs\n\n\n";
        assert_eq!(difference(report), "`Inner`: mismatched package (amplify: ours; plugin: theirs)");
        assert_eq!(difference("something\nelse"), "something else");
    }
}
