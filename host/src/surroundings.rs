//! What the process finds around it: variables, terminals, folders. Read once, here; everything else is told.

use std::{
    ffi::OsString,
    hash::{DefaultHasher, Hash, Hasher},
    io::IsTerminal,
    path::{Path, PathBuf},
};

use amplify_plugin_store::{NetworkSettings, Proxies};

use crate::{env_vars, output::Manner};

/// The environment of this run.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The working folder.
    pub folder: PathBuf,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The folder of the user's own plugins and of the registry file.
    pub own: Option<PathBuf>,
    /// Folders searched for plugins, in order.
    pub plugin_folders: Vec<PathBuf>,
    /// Where a release keeps the sources of the SDK.
    pub sdk: Option<PathBuf>,
    /// Those of them that come with the program.
    pub bundled_folders: Vec<PathBuf>,
    /// This is a build machine.
    pub ci: bool,
    /// Proxies and certificates.
    pub network: NetworkSettings,
    /// stdin is a terminal.
    pub stdin_terminal: bool,
    /// stdout is a terminal.
    pub stdout_terminal: bool,
    /// stderr is a terminal.
    pub stderr_terminal: bool,
    /// `NO_COLOR` is set.
    pub no_colour: bool,
    /// The terminal cannot move its cursor.
    pub dumb: bool,
    /// The user's editor, as the environment names it.
    pub editor: Option<String>,
    /// A variable says that there are AWS credentials.
    pub aws_variable: bool,
    /// Where the AWS credentials and configuration would lie.
    pub aws_files: Vec<PathBuf>,
    /// The step at which a build for tests fails or dies.
    #[cfg(feature = "failpoints")]
    pub failpoint: Option<String>,
}

impl Surroundings {
    /// Looks around.
    ///
    /// # Errors
    /// The working folder is gone.
    pub fn read() -> std::io::Result<Self> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let home = variable(env_vars::HOME).or_else(|| variable(env_vars::USERPROFILE)).map(PathBuf::from);
        let own = variable(env_vars::AMPLIFY_HOME)
            .map(PathBuf::from)
            .or_else(|| home.as_ref().map(|home| home.join(".amplify")));
        let program = std::env::current_exe().ok();
        let bundled_folders = bundled_folders(program.as_deref());
        let aws_file = |name: &str, file: &str| {
            variable(name).map(PathBuf::from).or_else(|| home.as_ref().map(|home| home.join(".aws").join(file)))
        };
        Ok(Self {
            folder: std::env::current_dir()?,
            plugin_folders: plugin_folders(variable(env_vars::AMPLIFY_PLUGIN_PATH), &bundled_folders, own.as_deref()),
            bundled_folders,
            ci: variable(env_vars::CI).is_some_and(|value| value == "true" || value == "1"),
            network: network(&variable),
            aws_files: [
                aws_file(env_vars::AWS_SHARED_CREDENTIALS_FILE, "credentials"),
                aws_file(env_vars::AWS_CONFIG_FILE, "config"),
            ]
            .into_iter()
            .flatten()
            .collect(),
            home: home.clone(),
            own,
            sdk: program.as_deref().and_then(sdk_folder),
            stdin_terminal: std::io::stdin().is_terminal(),
            stdout_terminal: std::io::stdout().is_terminal(),
            stderr_terminal: std::io::stderr().is_terminal(),
            no_colour: variable(env_vars::NO_COLOR).is_some(),
            dumb: variable(env_vars::TERM).is_some_and(|term| term == "dumb"),
            #[cfg(feature = "failpoints")]
            failpoint: variable(env_vars::AMPLIFY_FAILPOINT).and_then(|value| value.into_string().ok()),
            editor: env_vars::EDITOR.iter().find_map(|name| variable(name)?.into_string().ok()),
            aws_variable: env_vars::AWS_CREDENTIALS.iter().any(|name| variable(name).is_some()),
        })
    }

    /// How to print, from the words on the command line that every command knows.
    pub fn manner(&self, arguments: &[String]) -> Manner {
        let given = |names: &[&str]| {
            arguments.iter().take_while(|argument| *argument != "--").any(|argument| names.contains(&argument.as_str()))
        };
        let colour = !self.no_colour && !self.dumb;
        Manner {
            json: given(&["--json"]),
            quiet: given(&["--quiet", "-q"]),
            debug: given(&["--debug"]),
            colour_out: colour && self.stdout_terminal,
            colour_err: colour && self.stderr_terminal,
            redraw: !self.dumb && self.stderr_terminal,
        }
    }

    /// Whether this machine seems to hold AWS credentials.
    pub fn aws_credentials(&self) -> bool {
        self.aws_variable || self.aws_files.iter().any(|file| file.is_file())
    }

    /// The file that remembers the plugins found; a project that has locked plugins has one of its own.
    pub fn registry_file(&self, project: Option<&Path>) -> Option<PathBuf> {
        let cache = self.own.as_ref()?.join("cache");
        Some(match project {
            None => cache.join("plugins.registry"),
            Some(root) => {
                let mut hasher = DefaultHasher::new();
                root.hash(&mut hasher);
                cache.join("projects").join(format!("{:016x}.registry", hasher.finish()))
            }
        })
    }

    /// The file that remembers the hashes of libraries.
    pub fn hashes_file(&self) -> Option<PathBuf> {
        self.own.as_ref().map(|own| own.join("cache").join("libraries.json"))
    }
}

/// `lib/amplify/sdk` of the prefix that the program lies in, if it is there. Only whoever makes a plugin needs it.
fn sdk_folder(program: &Path) -> Option<PathBuf> {
    let program = fs_err::canonicalize(program).unwrap_or_else(|_| program.to_path_buf());
    Some(program.parent()?.parent()?.join("lib").join("amplify").join("sdk"))
}

/// The first of several variables that is set.
fn network(variable: &dyn Fn(&str) -> Option<OsString>) -> NetworkSettings {
    let first = |names: &[&str]| names.iter().find_map(|name| variable(name));
    let text = |names: &[&str]| first(names).and_then(|value| value.into_string().ok());
    NetworkSettings {
        proxies: Proxies {
            http: text(&env_vars::HTTP_PROXY),
            https: text(&env_vars::HTTPS_PROXY),
            no_proxy: text(&env_vars::NO_PROXY),
        },
        ca_file: first(&env_vars::CA_FILE).map(PathBuf::from),
        ca_folder: variable(env_vars::SSL_CERT_DIR).map(PathBuf::from),
        user_agent: concat!("amplify/", env!("CARGO_PKG_VERSION")).to_owned(),
        ..NetworkSettings::default()
    }
}

/// Beside the executable, and the prefix's `lib`.
fn bundled_folders(program: Option<&Path>) -> Vec<PathBuf> {
    // A symbolic link on the `PATH` leads to the folder that holds the plugins.
    let program = program.map(|program| fs_err::canonicalize(program).unwrap_or_else(|_| program.to_path_buf()));
    let mut folders = Vec::new();
    if let Some(beside) = program.as_deref().and_then(Path::parent) {
        folders.push(beside.join("plugins"));
        if let Some(prefix) = beside.parent() {
            folders.push(prefix.join("lib").join("amplify").join("plugins"));
        }
    }
    folders
}

/// `AMPLIFY_PLUGIN_PATH`, beside the executable, the prefix's `lib`, the user's own.
fn plugin_folders(variable: Option<OsString>, bundled: &[PathBuf], own: Option<&Path>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = variable.map(|value| std::env::split_paths(&value).collect()).unwrap_or_default();
    folders.extend_from_slice(bundled);
    folders.extend(own.map(|own| own.join("plugins")));
    folders.retain(|folder| !folder.as_os_str().is_empty());
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn plugins_are_searched_in_order() {
        let variable = std::env::join_paths(["/one", "/two"]).unwrap();
        let bundled = bundled_folders(Some(Path::new("/opt/x/bin/amplify")));
        let folders = plugin_folders(Some(variable), &bundled, Some(Path::new("/home/u")));
        let wanted = ["/one", "/two", "/opt/x/bin/plugins", "/opt/x/lib/amplify/plugins", "/home/u/plugins"];
        assert_eq!(folders, wanted.map(PathBuf::from));
    }

    #[test]
    fn proxies_and_certificates_are_those_of_every_program() {
        let with = |pairs: &'static [(&str, &str)]| {
            network(&move |name: &str| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
            })
        };
        let upper = with(&[
            ("HTTPS_PROXY", "http://p:1"),
            ("HTTP_PROXY", "http://p:2"),
            ("NO_PROXY", "x.example"),
            ("SSL_CERT_FILE", "/ca.pem"),
            ("SSL_CERT_DIR", "/ca"),
        ]);
        let proxies = Proxies {
            http: Some("http://p:2".into()),
            https: Some("http://p:1".into()),
            no_proxy: Some("x.example".into()),
        };
        assert_eq!(upper.proxies, proxies);
        assert_eq!((upper.ca_file, upper.ca_folder), (Some("/ca.pem".into()), Some("/ca".into())));
        let both = with(&[
            ("https_proxy", "http://l:1"),
            ("HTTPS_PROXY", "http://u:1"),
            ("AWS_CA_BUNDLE", "/aws.pem"),
            ("SSL_CERT_FILE", "/ca.pem"),
        ]);
        assert_eq!((both.proxies.https.as_deref(), both.ca_file), (Some("http://l:1"), Some("/aws.pem".into())));
        assert_eq!(with(&[]).proxies, Proxies::default());
    }

    #[test]
    fn colour_needs_a_terminal_and_no_veto() {
        let terminal = Surroundings { stdout_terminal: true, stderr_terminal: true, ..Surroundings::default() };
        assert!(terminal.manner(&[]).colour_out && terminal.manner(&[]).redraw);
        let vetoed = Surroundings { no_colour: true, ..terminal.clone() };
        assert!(!vetoed.manner(&[]).colour_out && vetoed.manner(&[]).redraw);
        let dumb = Surroundings { dumb: true, ..terminal };
        assert!(!dumb.manner(&[]).colour_err && !dumb.manner(&[]).redraw);
        let manner = Surroundings::default().manner(&line("status --json -q"));
        assert!(manner.json && manner.quiet && !manner.colour_out);
        assert!(!Surroundings::default().manner(&line("status -- --json")).json);
    }
}
