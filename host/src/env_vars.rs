//! Every environment variable the program reads, in one place. Nothing else names one.

/// Folders searched for plugins before all others, separated like `PATH`.
pub const AMPLIFY_PLUGIN_PATH: &str = "AMPLIFY_PLUGIN_PATH";

/// The folder of the user's own plugins (`plugins/`), of the installed ones (`store/`) and of caches; `~/.amplify` if unset.
pub const AMPLIFY_HOME: &str = "AMPLIFY_HOME";

/// `true` or `1` on build machines: plugins must be exactly those that are locked, as with `--locked`.
pub const CI: &str = "CI";

/// The proxy for `https://` addresses; the first name that is set counts.
pub const HTTPS_PROXY: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];

/// The proxy for `http://` addresses.
pub const HTTP_PROXY: [&str; 2] = ["http_proxy", "HTTP_PROXY"];

/// Hosts that are reached without a proxy, separated by commas.
pub const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// A file of certificates to trust when plugins are downloaded, instead of the system's.
pub const CA_FILE: [&str; 2] = ["AWS_CA_BUNDLE", "SSL_CERT_FILE"];

/// A folder of certificates to trust when plugins are downloaded, instead of the system's.
pub const SSL_CERT_DIR: &str = "SSL_CERT_DIR";

/// Makes the process die or fail at a durable step, to test that an interrupted command leaves the project whole. Only builds
/// with the cargo feature `failpoints` read it; the value is `kill:<n>`, `interrupt:<n>` or `fail:<n>[:<disk-full|denied|read-only>]`, where
/// `<n>` counts the steps from 1, or names one.
#[cfg(feature = "failpoints")]
pub const AMPLIFY_FAILPOINT: &str = "AMPLIFY_FAILPOINT";

/// Set to anything but the empty text: no colours. See <https://no-color.org>.
pub const NO_COLOR: &str = "NO_COLOR";

/// The kind of terminal; `dumb` means no colours and no redrawn lines.
pub const TERM: &str = "TERM";

/// The program that opens a file for editing where the project has no editor of its own; the first one that is set counts.
pub const EDITOR: [&str; 2] = ["VISUAL", "EDITOR"];

/// The user's home folder.
pub const HOME: &str = "HOME";

/// The user's home folder on Windows.
pub const USERPROFILE: &str = "USERPROFILE";

/// Any of these set means that there are AWS credentials, so `init` does not quietly choose the local provider.
pub const AWS_CREDENTIALS: [&str; 6] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// Where the AWS credentials file lies; `~/.aws/credentials` if unset.
pub const AWS_SHARED_CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";

/// Where the AWS configuration file lies; `~/.aws/config` if unset.
pub const AWS_CONFIG_FILE: &str = "AWS_CONFIG_FILE";
