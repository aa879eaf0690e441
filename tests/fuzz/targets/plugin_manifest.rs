//! Any bytes as a plugin's manifest: no panic, and what is accepted is the same again after writing and reading.
#![no_main]

use std::path::Path;

use amplify_plugin_abi::{check, manifest::Manifest};
use amplify_plugin_host::parse_manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("plugins/x/amplify-plugin.json");
    match parse_manifest(bytes, path) {
        Ok(manifest) => {
            assert!(check::plugin_name(&manifest.name) && check::plugin_name(manifest.kind.word()));
            let library = manifest.library.as_deref().expect("an accepted manifest names a library");
            assert_eq!(path.with_file_name(library).parent(), path.parent(), "the library lies beside the manifest");
            let written = serde_json::to_vec(&manifest).expect("a manifest is JSON");
            assert_eq!(parse_manifest(&written, path).expect("it was accepted before"), manifest);
        }
        Err(error) => {
            assert!(!error.to_string().contains('\n') && !error.code().is_empty());
            assert!(!error.causes().is_empty() && !error.hints().is_empty());
        }
    }
    // What `describe` returns has no library yet, and is checked by the same rules.
    if let Ok(manifest) = serde_json::from_slice::<Manifest>(bytes) {
        let _ = check::manifest(&manifest);
    }
});
