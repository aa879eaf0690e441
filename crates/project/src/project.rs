//! Finds a project, reads it, locks it.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use fs_err as fs;

use crate::{
    AmplifyMeta, BackendConfig, Error, LocalAwsInfo, LocalEnvInfo, Paths, ProjectConfig, ProjectLock, ProjectState,
    ReadGuard, Revisions, TeamProviderInfo, paths::relative, transaction, tree_lock,
};

/// How long a reader waits for a live command that is putting files in place.
const PATIENCE: Duration = Duration::from_secs(10);

/// A folder that holds (or is to hold) a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The project at `start` or in the nearest folder above. What an interrupted `init` left there is finished or
    /// removed first.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Locked`] where `init` is at work right now.
    pub fn find(start: &Path) -> Result<Self, Error> {
        for folder in start.ancestors() {
            let project = Self::at(folder);
            let paths = project.paths();
            if !paths.amplify().is_dir() {
                continue;
            }
            let remains = paths.lock().exists() || paths.transaction().exists();
            if !project.exists() && remains {
                drop(project.lock("recover")?);
            }
            if project.exists() {
                return Ok(project);
            }
        }
        Err(Error::NotFound { start: start.to_owned() })
    }

    /// The project in a folder, whether there is one or not.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder that holds `amplify/`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where everything lies.
    pub fn paths(&self) -> Paths {
        Paths::new(&self.root)
    }

    /// Whether `amplify/.config/` holds anything but a lock.
    pub fn exists(&self) -> bool {
        let paths = self.paths();
        let lock = paths.lock();
        let Ok(entries) = fs::read_dir(paths.config_dir()) else { return false };
        entries.filter_map(Result::ok).any(|entry| entry.path() != lock)
    }

    /// Reads all documents at one moment.
    ///
    /// # Errors
    /// An unreadable or malformed file, or no `project-config.json`.
    pub fn load(&self) -> Result<ProjectState, Error> {
        let _guard = self.read()?;
        let paths = self.paths();
        let config = file(&paths.project_config(), ProjectConfig::parse)?
            .ok_or_else(|| Error::Missing { path: paths.project_config() })?;
        let local_env = file(&paths.local_env_info(), LocalEnvInfo::parse)?;
        let team = file(&paths.team_provider_info(), TeamProviderInfo::parse)?.unwrap_or_default();
        let cloud_meta = file(&paths.cloud_meta(), AmplifyMeta::parse)?;
        let cloud_backend_config = file(&paths.cloud_backend_config(), BackendConfig::parse)?;
        let meta = file(&paths.amplify_meta(), AmplifyMeta::parse)?;
        let backend_config = match file(&paths.backend_config(), BackendConfig::parse)? {
            Some(config) => config,
            // Without either file everything deployed would look deleted.
            None if meta.is_none() && cloud_meta.as_ref().is_some_and(|meta| meta.resources().next().is_some()) => {
                return Err(Error::Missing { path: paths.backend_config() });
            }
            None => BackendConfig::new(),
        };
        let meta = meta.unwrap_or_else(|| {
            let environment = local_env.as_ref().and_then(LocalEnvInfo::env_name);
            let provider = environment.and_then(|name| Some((team.provider(name)?, team.provider_state(name)?)));
            AmplifyMeta::seed(provider, &backend_config, cloud_meta.as_ref())
        });
        let mut state =
            ProjectState { config, local_env, team, backend_config, meta, cloud_meta, cloud_backend_config };
        state.reconcile(&paths);
        Ok(state)
    }

    /// `local-aws-info.json`, if there is one.
    ///
    /// # Errors
    /// An unreadable or malformed file.
    pub fn local_aws_info(&self) -> Result<Option<LocalAwsInfo>, Error> {
        file(&self.paths().local_aws_info(), LocalAwsInfo::parse)
    }

    /// A file of the project, by its path below the root with forward slashes; nothing if there is no such file.
    ///
    /// # Errors
    /// [`Error::UnsafePath`], or a file that cannot be read.
    pub fn read_file(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        transaction::read_file(&self.root, path)
    }

    /// The files below a folder of the project, as sorted paths below it; none if there is no such folder.
    ///
    /// # Errors
    /// [`Error::UnsafePath`], or a folder that cannot be read.
    pub fn list_files(&self, path: &str) -> Result<Vec<String>, Error> {
        Ok(transaction::list_files(&self.root, path)?.into_iter().collect())
    }

    /// `local-revisions.json`; without entries if there is no such file.
    ///
    /// # Errors
    /// An unreadable or malformed file.
    pub fn revisions(&self) -> Result<Revisions, Error> {
        Ok(file(&self.paths().join(relative::LOCAL_REVISIONS), Revisions::parse)?.unwrap_or_default())
    }

    /// Takes the right to change the project for a command such as `push`, and finishes or undoes what an interrupted
    /// command left. In a folder without a project it makes `amplify/.config/`, which goes again with the lock if it is
    /// still empty then.
    ///
    /// # Errors
    /// [`Error::Locked`] at once if another process has it.
    pub fn lock(&self, command: &str) -> Result<ProjectLock, Error> {
        ProjectLock::acquire(self.paths(), command)
    }

    /// Keeps other processes from putting files in place while it lives, so that a command that only reads sees one state
    /// of the whole folder. What an interrupted command had decided is finished first.
    ///
    /// # Errors
    /// [`Error::Busy`] if another command takes unusually long, or a recovery that fails.
    pub fn read(&self) -> Result<ReadGuard, Error> {
        let paths = self.paths();
        let start = Instant::now();
        loop {
            let guard = tree_lock::read(&paths.amplify())?;
            if !transaction::is_decided(&paths) {
                return Ok(guard);
            }
            drop(guard);
            match self.lock("recover") {
                Ok(lock) => drop(lock),
                Err(Error::Locked { .. }) if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(5)),
                Err(Error::Locked { .. }) => return Err(Error::Busy { path: paths.amplify() }),
                Err(error) => return Err(error),
            }
        }
    }
}

fn file<T>(path: &Path, parse: fn(&[u8], &Path) -> Result<T, Error>) -> Result<Option<T>, Error> {
    match fs::read(path) {
        Ok(bytes) => parse(&bytes, path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}
