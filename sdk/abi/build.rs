//! Records the target triple, which only build scripts are told.
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=AMPLIFY_PLUGIN_TARGET={}", std::env::var("TARGET").unwrap_or_default());
}
