//! The example of a third party's category, built as its authors would: in a copy outside the workspace, with the SDK of the
//! release and the commands of the program.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::{Outside, corpus::copy_folder, harness, workspace};

/// The folder that holds the built plugin; for `AMPLIFY_PLUGIN_PATH`.
///
/// # Panics
/// If it cannot be built.
pub fn queue_plugin() -> &'static Path {
    static BUILT: OnceLock<(Outside, PathBuf)> = OnceLock::new();
    let (_, plugins) = BUILT.get_or_init(|| {
        let outside = Outside::new();
        let folder = outside.root().join("category-queue");
        let source = workspace().join("examples/queue-plugin");
        for part in ["Cargo.toml", "README.md"] {
            fs_err::create_dir_all(&folder).expect("a folder can be made");
            fs_err::copy(source.join(part), folder.join(part)).expect("a file can be copied");
        }
        for part in ["src", "tests"] {
            copy_folder(&source.join(part), &folder.join(part));
        }
        let manifest = fs_err::read_to_string(folder.join("Cargo.toml")).expect("it was copied");
        let sdk = harness().join("lib/amplify/sdk");
        let manifest = manifest.replace("../../sdk", &sdk.to_string_lossy());
        assert!(manifest.contains("lib/amplify/sdk"), "{manifest}");
        fs_err::write(folder.join("Cargo.toml"), manifest).expect("a file can be written");
        let _ = outside.amplify("category-queue", ["plugin", "build"]).success();
        (outside, folder.join("target/plugins"))
    });
    plugins
}
