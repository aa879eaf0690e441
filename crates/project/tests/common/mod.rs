//! A small project on disk, and trees as values.
#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use amplify_project::Project;
use fs_err as fs;

/// Files by path below a folder, without what only exists while a command runs.
pub fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(root, "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, fs::read(entry.path()).unwrap());
        }
    }
}

pub fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

pub fn copy(from: &Path, to: &Path) {
    for (path, content) in tree(from) {
        let target = to.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, content).unwrap();
    }
}

/// A project with one environment and these resources (category, name, entry), all of them deployed if `deployed`.
pub struct Fixture {
    pub dir: tempfile::TempDir,
    pub project: Project,
}

impl Fixture {
    pub fn new(resources: &[(&str, &str)], deployed: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        write(
            root,
            "amplify/.config/project-config.json",
            "{\n    \"projectName\": \"app\",\n    \"version\": \"3.0\"\n}",
        );
        write(root, "amplify/.config/local-env-info.json", "{\n    \"envName\": \"dev\"\n}");
        write(root, "amplify/team-provider-info.json", "{\n    \"dev\": {\n        \"local\": {}\n    }\n}");
        let mut config = serde_json::Map::new();
        for (category, name) in resources {
            let section = config.entry(*category).or_insert_with(|| serde_json::json!({}));
            section[*name] = serde_json::json!({"service": "S3", "providerPlugin": "awscloudformation"});
            let template = format!("{{\"Description\": \"{name}\"}}");
            write(root, &format!("amplify/backend/{category}/{name}/template.json"), &template);
            write(root, &format!("amplify/backend/{category}/{name}/parameters.json"), "{}");
            if deployed {
                write(root, &format!("amplify/#current-cloud-backend/{category}/{name}/template.json"), &template);
                write(root, &format!("amplify/#current-cloud-backend/{category}/{name}/parameters.json"), "{}");
            }
        }
        let mut meta = serde_json::Map::new();
        meta.insert("providers".into(), serde_json::json!({"local": {}}));
        for (category, section) in &config {
            meta.insert(category.clone(), section.clone());
            if deployed {
                for (_, entry) in meta[category].as_object_mut().unwrap() {
                    entry["lastPushTimeStamp"] = "2020-05-30T10:00:00.000Z".into();
                }
            }
        }
        let text = |value: &serde_json::Map<_, _>| serde_json::to_string_pretty(value).unwrap();
        write(root, "amplify/backend/backend-config.json", &text(&config));
        write(root, "amplify/backend/amplify-meta.json", &text(&meta));
        if deployed {
            write(root, "amplify/#current-cloud-backend/amplify-meta.json", &text(&meta));
            write(root, "amplify/#current-cloud-backend/backend-config.json", &text(&config));
        }
        let project = Project::at(root);
        Self { dir, project }
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, path: &str, content: &str) {
        write(self.root(), path, content);
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    pub fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        tree(self.root())
    }

    /// Rows as `Create storage/photos`.
    pub fn rows(&self) -> Vec<String> {
        let state = self.project.load().unwrap();
        rows(&self.project, &state)
    }
}

pub fn rows(project: &Project, state: &amplify_project::ProjectState) -> Vec<String> {
    let rows = amplify_project::status::rows(project, state).unwrap();
    rows.into_iter().map(|row| format!("{} {}/{}", row.operation, row.category, row.name)).collect()
}

/// The sample projects, where they are at hand.
pub fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("AMPLIFY_CORPUS")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"));
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus");
    None
}
