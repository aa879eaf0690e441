//! Opens shared libraries. The only place that does, and one of the two rooms of this crate with unsafe code.

use std::path::Path;

use abi_stable::library::{LibraryError, RawLibrary, RootModuleError, lib_header_from_raw_library};
use amplify_plugin_abi::{
    ABI_VERSION, OLDEST_PROTOCOL, PROTOCOL,
    error::ErrorKind,
    manifest::{Description, Manifest},
    module::PluginModuleRef,
};

use crate::LoadError;

/// Opens a library by its own header and checks that its tables have the host's layout. It is never closed.
///
/// The convenience loaders of `abi_stable` remember the first library of a type; with many plugins each must be asked for
/// its own header.
#[allow(unsafe_code, reason = "loading foreign code is what this module is for")]
pub(crate) fn open(library: &Path, plugin: &str, plugin_abi: &str) -> Result<PluginModuleRef, LoadError> {
    let failed = |error| load_error(error, library, plugin, plugin_abi);
    let raw: &'static RawLibrary = Box::leak(Box::new(RawLibrary::load_at(library).map_err(failed)?));
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
        details: first_lines(&details),
    };
    match error {
        LibraryError::OpenError { err, .. } => LoadError::NotLoadable { library, reason: innermost(&*err) },
        LibraryError::GetSymbolError { .. } => LoadError::NotAPlugin { library },
        LibraryError::RootModule { err: RootModuleError::Unwound, .. } => {
            LoadError::PanicAtLoad { plugin, library, message: "its module could not be made".into() }
        }
        LibraryError::InvalidAbiHeader(found) => layout(format!(
            "its tables are of abi_stable {}.{}, those of amplify of 0.11",
            found.abi_major, found.abi_minor
        )),
        LibraryError::IncompatibleVersionNumber { expected_version, actual_version, .. } => {
            layout(format!("its ABI has the version {actual_version}, that of amplify {expected_version}"))
        }
        other => layout(other.to_string()),
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

/// A layout report fills pages; its beginning names the type that differs.
fn first_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(6).collect();
    lines.join("; ")
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
