//! The misbehaving plugin, built once, and folders that hold copies of it.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use amplify_plugin_abi::{
    change::FileContent,
    error::PluginError,
    manifest::{FILE_NAME, Manifest},
    message::{CallReply, CallRequest, CommandRequest, LogRecord, Progress, Request},
    question::{Answer, Question},
};
use amplify_plugin_host::{Entry, HostServices, Registry, SearchPath, hash, write_manifest};
use serde_json::Value;

/// The libraries made for these tests.
pub struct Fixtures {
    pub misbehaving: PathBuf,
    pub no_plugin: PathBuf,
    pub other_layout: PathBuf,
    pub other_allocator: PathBuf,
    /// The manifest of the misbehaving plugin.
    pub manifest: Manifest,
}

pub fn fixtures() -> &'static Fixtures {
    static FIXTURES: OnceLock<Fixtures> = OnceLock::new();
    FIXTURES.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--package", "misbehaving", "--lib", "--examples", "--message-format", "json"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let output = build
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let files: Vec<PathBuf> = output
            .stdout
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
            .filter(|message| message["reason"] == "compiler-artifact")
            .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
            .filter_map(|file| file.as_str().map(PathBuf::from))
            .collect();
        let library = |name: &str| {
            let name = format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
            let found = files.iter().find(|file| file.file_name().is_some_and(|file| *file == *name));
            found.unwrap_or_else(|| panic!("cargo built no {name}")).clone()
        };
        let misbehaving = library("misbehaving");
        let folder = tempfile::tempdir().expect("a folder");
        let copy = folder.path().join(misbehaving.file_name().expect("a name"));
        fs_err::copy(&misbehaving, &copy).expect("copied");
        let manifest = write_manifest(&copy).expect("a sound plugin");
        Fixtures {
            misbehaving,
            no_plugin: library("no_plugin"),
            other_layout: library("other_layout"),
            other_allocator: library("other_allocator"),
            manifest,
        }
    })
}

/// A folder of plugins.
pub struct Plugins {
    pub root: tempfile::TempDir,
}

impl Plugins {
    pub fn new() -> Self {
        Self { root: tempfile::tempdir().expect("a folder") }
    }

    /// Puts a library with the fixture's manifest into a folder of its own; the manifest fits the library's bytes.
    pub fn install(&self, folder: &str, library: &[u8], change: impl FnOnce(&mut Manifest)) -> PathBuf {
        let folder = self.root.path().join(folder);
        fs_err::create_dir_all(&folder).expect("made");
        let mut manifest = fixtures().manifest.clone();
        let file = folder.join(manifest.library.as_deref().expect("a library"));
        fs_err::write(&file, library).expect("written");
        manifest.sha256 = Some(hash::file(&file).expect("readable"));
        change(&mut manifest);
        fs_err::write(folder.join(FILE_NAME), serde_json::to_vec(&manifest).expect("JSON")).expect("written");
        folder
    }

    /// Puts a sound copy of the fixture there.
    pub fn sound(&self, folder: &str) -> PathBuf {
        self.install(folder, &fs_err::read(&fixtures().misbehaving).expect("readable"), |_| {})
    }

    /// Puts a copy there that has a fault at load time.
    pub fn faulty(&self, folder: &str, mode: &str) -> PathBuf {
        self.install(folder, &with_mode(mode), |_| {})
    }

    pub fn search(&self) -> SearchPath {
        SearchPath::new([self.root.path()])
    }

    pub fn registry(&self) -> Registry {
        Registry::load(&self.search(), None)
    }

    /// The only plugin.
    pub fn only(&self) -> Entry {
        let registry = self.registry();
        assert!(registry.broken.is_empty(), "{:?}", registry.broken);
        assert_eq!(registry.plugins.len(), 1);
        registry.plugins[0].clone()
    }
}

/// The fixture with another load mode.
pub fn with_mode(mode: &str) -> Vec<u8> {
    const MARKER: &[u8] = b"misbehaving-load-mode:none";
    let mut bytes = fs_err::read(&fixtures().misbehaving).expect("readable");
    let places: Vec<usize> =
        bytes.windows(MARKER.len()).enumerate().filter(|(_, window)| *window == MARKER).map(|(at, _)| at).collect();
    assert_eq!(places.len(), 1, "the mode is in the library once");
    let start = places[0] + "misbehaving-load-mode:".len();
    let padded = format!("{mode:.<18}");
    assert_eq!(padded.len(), 18, "`{mode}` is too long");
    bytes[start..start + 18].copy_from_slice(padded.as_bytes());
    bytes
}

/// Services that answer from memory.
#[derive(Default)]
pub struct Scripted {
    pub asked: usize,
    pub progress: Vec<Progress>,
    pub log: Vec<LogRecord>,
    pub calls: Vec<CallRequest>,
    pub paths: Vec<String>,
    pub cancel: std::sync::Arc<std::sync::atomic::AtomicBool>,
    /// Panics in this service.
    pub panic_in: &'static str,
    /// Answers calls.
    #[allow(clippy::type_complexity, reason = "a test's own closure")]
    pub callee: Option<Box<dyn FnMut(&CallRequest) -> Result<CallReply, PluginError>>>,
}

impl HostServices for Scripted {
    fn ask(&mut self, question: &Question) -> Result<Answer, PluginError> {
        assert!(self.panic_in != "ask", "the host's own fault");
        self.asked += 1;
        Ok(Answer::given(question.default_answer().unwrap_or_default()))
    }

    fn progress(&mut self, progress: &Progress) {
        assert!(self.panic_in != "progress", "the host's own fault");
        self.progress.push(progress.clone());
    }

    fn log(&mut self, record: &LogRecord) {
        self.log.push(record.clone());
    }

    fn call(&mut self, request: &CallRequest) -> Result<CallReply, PluginError> {
        self.calls.push(request.clone());
        match &mut self.callee {
            Some(callee) => callee(request),
            None => Ok(CallReply { value: request.parameters.clone(), ..CallReply::default() }),
        }
    }

    fn read(&mut self, path: &str) -> Result<Option<FileContent>, PluginError> {
        self.paths.push(path.into());
        if path.contains("..") {
            return Err(PluginError::new("path-outside", format!("`{path}` lies outside the project")));
        }
        Ok(Some(FileContent::Text(format!("text of {path}"))))
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, PluginError> {
        self.paths.push(path.into());
        Ok(vec!["a".into(), "b/c".into()])
    }

    fn cancelled(&mut self) -> bool {
        self.cancel.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// A request for the fixture's command in one of its modes.
pub fn mode(mode: &str) -> Request {
    Request::Command(CommandRequest {
        command: "add".into(),
        arguments: vec![mode.into()],
        ..CommandRequest::default()
    })
}

/// Every error says what failed in one line, why, and what to do, under a stable code.
pub fn assert_helpful(error: &amplify_plugin_host::LoadError, code: &str) {
    assert_eq!(error.code(), code, "{error:?}");
    let line = error.to_string();
    assert!(!line.contains('\n') && !line.ends_with('.') && line.contains('`'), "{line}");
    assert!(!error.causes().is_empty(), "{code} has no causes");
    assert!(!error.hints().is_empty(), "{code} has no hints");
    assert!(
        error.causes().iter().chain(&error.hints()).all(|line| !line.contains('\n') && !line.contains("  ")),
        "{error:?}"
    );
}

pub fn library_of(folder: &Path) -> PathBuf {
    folder.join(fixtures().manifest.library.as_deref().expect("a library"))
}
