//! Where everything of a project lies on disk.

use std::path::{Path, PathBuf};

/// Paths below the project root with forward slashes, as a [`crate::Transaction`] takes them.
pub mod relative {
    /// `amplify/.config/project-config.json`
    pub const PROJECT_CONFIG: &str = "amplify/.config/project-config.json";
    /// `amplify/.config/local-env-info.json`
    pub const LOCAL_ENV_INFO: &str = "amplify/.config/local-env-info.json";
    /// `amplify/.config/local-aws-info.json`
    pub const LOCAL_AWS_INFO: &str = "amplify/.config/local-aws-info.json";
    /// `amplify/.config/local-revisions.json`
    pub const LOCAL_REVISIONS: &str = "amplify/.config/local-revisions.json";
    /// Where the app's configuration file leads while an environment is served, and who serves it.
    pub const LOCAL_SERVED: &str = "amplify/.config/local-served.json";
    /// Folder of what pulls replaced.
    pub const LOCAL_BACKUPS: &str = "amplify/.config/local-backups";
    /// `amplify/team-provider-info.json`
    pub const TEAM_PROVIDER_INFO: &str = "amplify/team-provider-info.json";
    /// `amplify/backend`
    pub const BACKEND: &str = "amplify/backend";
    /// `amplify/backend/backend-config.json`
    pub const BACKEND_CONFIG: &str = "amplify/backend/backend-config.json";
    /// `amplify/backend/amplify-meta.json`
    pub const AMPLIFY_META: &str = "amplify/backend/amplify-meta.json";
    /// The root template of the last deployment; JSON in spite of its name.
    pub const ROOT_TEMPLATE: &str = "amplify/backend/awscloudformation/nested-cloudformation-stack.yml";
    /// The environment's values as they were deployed last; not in git.
    pub const DEPLOYED_VALUES: &str = "amplify/backend/awscloudformation/environment-values.json";
    /// `amplify/#current-cloud-backend`
    pub const CLOUD_BACKEND: &str = "amplify/#current-cloud-backend";
    /// `amplify/#current-cloud-backend/amplify-meta.json`
    pub const CLOUD_META: &str = "amplify/#current-cloud-backend/amplify-meta.json";
    /// `amplify/#current-cloud-backend/backend-config.json`
    pub const CLOUD_BACKEND_CONFIG: &str = "amplify/#current-cloud-backend/backend-config.json";
    /// `.gitignore` of the project root.
    pub const GITIGNORE: &str = ".gitignore";
    /// Which files git merges by key.
    pub const GITATTRIBUTES: &str = ".gitattributes";
    pub(crate) const LOCK: &str = "amplify/.config/local-lock";
    pub(crate) const TRANSACTION: &str = "amplify/.transaction";

    /// Folder of a resource in `amplify/backend`.
    pub fn resource(category: &str, name: &str) -> String {
        format!("{BACKEND}/{category}/{name}")
    }

    /// Folder of a resource in `amplify/#current-cloud-backend`.
    pub fn cloud_resource(category: &str, name: &str) -> String {
        format!("{CLOUD_BACKEND}/{category}/{name}")
    }
}

/// Absolute paths of one project (as absolute as its root).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    root: PathBuf,
}

impl Paths {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder that holds `amplify/`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root, given with forward slashes.
    pub fn join(&self, relative: &str) -> PathBuf {
        let mut path = self.root.clone();
        path.extend(relative.split('/'));
        path
    }

    /// The path below the root with forward slashes, or nothing if it lies elsewhere or is not UTF-8.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let below = path.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
        Some(parts?.join("/"))
    }

    /// `amplify/`
    pub fn amplify(&self) -> PathBuf {
        self.join("amplify")
    }

    /// `amplify/backend/`
    pub fn backend(&self) -> PathBuf {
        self.join(relative::BACKEND)
    }

    /// `amplify/#current-cloud-backend/`: the copy of what was deployed last.
    pub fn cloud_backend(&self) -> PathBuf {
        self.join(relative::CLOUD_BACKEND)
    }

    /// `amplify/.config/`
    pub fn config_dir(&self) -> PathBuf {
        self.join("amplify/.config")
    }

    /// `amplify/.config/project-config.json`
    pub fn project_config(&self) -> PathBuf {
        self.join(relative::PROJECT_CONFIG)
    }

    /// `amplify/.config/local-env-info.json`
    pub fn local_env_info(&self) -> PathBuf {
        self.join(relative::LOCAL_ENV_INFO)
    }

    /// `amplify/.config/local-aws-info.json`
    pub fn local_aws_info(&self) -> PathBuf {
        self.join(relative::LOCAL_AWS_INFO)
    }

    /// `amplify/team-provider-info.json`
    pub fn team_provider_info(&self) -> PathBuf {
        self.join(relative::TEAM_PROVIDER_INFO)
    }

    /// `amplify/backend/backend-config.json`
    pub fn backend_config(&self) -> PathBuf {
        self.join(relative::BACKEND_CONFIG)
    }

    /// `amplify/backend/amplify-meta.json`
    pub fn amplify_meta(&self) -> PathBuf {
        self.join(relative::AMPLIFY_META)
    }

    /// `amplify/#current-cloud-backend/amplify-meta.json`
    pub fn cloud_meta(&self) -> PathBuf {
        self.join(relative::CLOUD_META)
    }

    /// `amplify/#current-cloud-backend/backend-config.json`
    pub fn cloud_backend_config(&self) -> PathBuf {
        self.join(relative::CLOUD_BACKEND_CONFIG)
    }

    /// `amplify/mock-data/<environment>/`: what the local provider keeps of one environment.
    pub fn local_data(&self, environment: &str) -> PathBuf {
        self.join("amplify/mock-data").join(environment)
    }

    /// `amplify/backend/<category>/<name>/`
    pub fn resource(&self, category: &str, name: &str) -> PathBuf {
        self.backend().join(category).join(name)
    }

    /// `amplify/#current-cloud-backend/<category>/<name>/`
    pub fn cloud_resource(&self, category: &str, name: &str) -> PathBuf {
        self.cloud_backend().join(category).join(name)
    }

    /// `amplify/backend/awscloudformation/nested-cloudformation-stack.yml`: the root template that was deployed last.
    pub fn root_template(&self) -> PathBuf {
        self.join(relative::ROOT_TEMPLATE)
    }

    /// `.gitignore` of the project root.
    pub fn gitignore(&self) -> PathBuf {
        self.join(relative::GITIGNORE)
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.join(relative::LOCK)
    }

    pub(crate) fn transaction(&self) -> PathBuf {
        self.join(relative::TRANSACTION)
    }
}
