//! Compares what a project asks for with what it has locked.

use std::fmt;

use crate::{Lock, Requirements};

/// One way in which a lock does not match its requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Asked for, and not locked.
    NotLocked {
        /// The plugin.
        plugin: String,
    },
    /// Locked, and not asked for.
    NotWanted {
        /// The plugin.
        plugin: String,
    },
    /// Another version is locked than the ones that will do.
    Version {
        /// The plugin.
        plugin: String,
        /// What is asked for.
        wanted: String,
        /// What is locked.
        locked: String,
    },
    /// It is locked from another source.
    Source {
        /// The plugin.
        plugin: String,
        /// What is asked for.
        wanted: String,
        /// What is locked.
        locked: String,
    },
}

impl Difference {
    /// The plugin it is about.
    pub fn plugin(&self) -> &str {
        match self {
            Self::NotLocked { plugin }
            | Self::NotWanted { plugin }
            | Self::Version { plugin, .. }
            | Self::Source { plugin, .. } => plugin,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLocked { plugin } => write!(f, "`{plugin}` is asked for and not locked"),
            Self::NotWanted { plugin } => write!(f, "`{plugin}` is locked and not asked for"),
            Self::Version { plugin, wanted, locked } => {
                write!(f, "`{plugin}` is asked for as {wanted} and locked as {locked}")
            }
            Self::Source { plugin, wanted, locked } => {
                write!(f, "`{plugin}` is asked for from `{wanted}` and locked from `{locked}`")
            }
        }
    }
}

/// In what a lock does not match, by the plugins' names.
pub fn differences(requirements: &Requirements, lock: &Lock) -> Vec<Difference> {
    let mut found = Vec::new();
    for (name, wanted) in requirements.plugins() {
        let plugin = name.clone();
        let Some(locked) = lock.plugins.get(name) else {
            found.push(Difference::NotLocked { plugin });
            continue;
        };
        if !wanted.requirement.matches(&locked.version) {
            let (wanted, locked) = (wanted.requirement.to_string(), locked.version.to_string());
            found.push(Difference::Version { plugin, wanted, locked });
            continue;
        }
        // The lock adds to the source what kind of source it is.
        let source = locked.source.split_once('+').map_or(locked.source.as_str(), |(_, place)| place);
        let asked = requirements.source_of(wanted).unwrap_or_default().trim_end_matches('/');
        if asked != source.trim_end_matches('/') {
            let wanted = if asked.is_empty() { "nowhere" } else { asked };
            found.push(Difference::Source { plugin, wanted: wanted.into(), locked: source.into() });
        }
    }
    let extra = lock.plugins.keys().filter(|name| !requirements.plugins().contains_key(*name));
    found.extend(extra.map(|name| Difference::NotWanted { plugin: name.clone() }));
    found.sort_by(|a, b| a.plugin().cmp(b.plugin()));
    found
}

#[cfg(test)]
mod tests {
    use amplify_plugin_abi::manifest::PluginKind;

    use super::*;
    use crate::Locked;

    #[test]
    fn each_way_to_differ_is_told() {
        let requirements = Requirements::parse(
            "index = \"https://i.example/\"\n[plugins]\nabsent = \"1\"\nfits = \"1\"\nmoved = { version = \"1\", from = \"../m\" }\nold = \"2\"",
        )
        .unwrap();
        let locked = |source: &str| Locked {
            version: "1.4.0".parse().unwrap(),
            protocol: 1,
            kind: PluginKind::util("x"),
            source: source.into(),
            targets: Default::default(),
        };
        let mut lock = Lock::default();
        for name in ["extra", "fits", "moved", "old"] {
            lock.plugins.insert(name.into(), locked("index+https://i.example"));
        }
        let told: Vec<String> = differences(&requirements, &lock).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "`absent` is asked for and not locked",
                "`extra` is locked and not asked for",
                "`moved` is asked for from `../m` and locked from `https://i.example`",
                "`old` is asked for as ^2 and locked as 1.4.0",
            ]
        );
    }
}
