//! The AWS files `config` and `credentials`: values of one profile are set, and every other byte stays as it is.

use std::collections::BTreeMap;

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Profiles are called `profile <name>`, but for `default`.
    Config,
    /// Profiles are called by their names.
    Credentials,
}

impl Kind {
    /// How well a section's name fits a profile: a `[profile default]` counts before a `[default]`.
    fn fit(self, section: &str, profile: &str) -> u8 {
        let bare = |text: &str| text.trim().trim_matches(['"', '\'']) == profile;
        match (self, section.trim().split_once(char::is_whitespace)) {
            (Self::Config, Some(("profile", name))) if bare(name) => 2,
            (Self::Config, _) => u8::from(profile == "default" && bare(section)),
            (Self::Credentials, _) => u8::from(bare(section)),
        }
    }

    fn header(self, profile: &str) -> String {
        match self {
            Self::Config if profile != "default" => format!("[profile {profile}]"),
            _ => format!("[{profile}]"),
        }
    }
}

/// The lines of a profile: from the one after its header to the next header.
fn section(lines: &[&str], kind: Kind, profile: &str) -> Option<(usize, usize)> {
    let headers: Vec<(usize, u8)> = lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| {
            let name = line.trim_start().strip_prefix('[')?.split(']').next()?;
            Some((index, kind.fit(name, profile)))
        })
        .collect();
    // Of several the last one counts.
    let (index, _) = *headers.iter().filter(|(_, fit)| *fit > 0).max_by_key(|(_, fit)| *fit)?;
    let next = headers.iter().find(|(other, _)| *other > index).map_or(lines.len(), |(other, _)| *other);
    Some((index + 1, next))
}

/// The key of a line that sets a value; none for comments, blank lines and what is nested below a key.
fn key(line: &str) -> Option<String> {
    let first = line.chars().next()?;
    if first.is_whitespace() || matches!(first, '#' | ';' | '[') {
        return None;
    }
    Some(line.split_once('=')?.0.trim().to_ascii_lowercase())
}

/// The values of a profile; `None` if the file has no such profile.
pub(crate) fn values(text: &str, kind: Kind, profile: &str) -> Option<BTreeMap<String, String>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (begin, end) = section(&lines, kind, profile)?;
    let values = lines[begin..end].iter().filter_map(|line| {
        let value = line.split_once('=')?.1.trim();
        Some((key(line)?, value.to_owned()))
    });
    Some(values.collect())
}

/// Sets values of a profile, which is added at the end if it is not there, and drops others.
pub(crate) fn set(text: &str, kind: Kind, profile: &str, values: &[(&str, &str)], dropped: &[&str]) -> String {
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line = |key: &str, value: &str| format!("{key} = {value}{end_of_line}");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some((begin, end)) = section(&lines, kind, profile) else {
        let mut new = text.to_owned();
        if !text.is_empty() {
            new.push_str(&end_of_line.repeat(if text.ends_with('\n') { 1 } else { 2 }));
        }
        new.push_str(&kind.header(profile));
        new.push_str(end_of_line);
        new.extend(values.iter().map(|(key, value)| line(key, value)));
        return new;
    };
    let mut new: String = lines[..begin].concat();
    if !new.ends_with('\n') {
        new.push_str(end_of_line);
    }
    let mut missing: Vec<&(&str, &str)> = values.iter().collect();
    // New values come after the last one that is there, not after comments that belong to the next profile.
    let mut place = new.len();
    let mut nested_goes = false;
    for old in &lines[begin..end] {
        let is_nested = old.starts_with([' ', '\t']) && !old.trim().is_empty();
        let key = key(old);
        let known = key.as_deref().and_then(|key| values.iter().find(|(wanted, _)| *wanted == key));
        nested_goes &= is_nested;
        if nested_goes {
            continue;
        }
        if let Some((wanted, value)) = known {
            missing.retain(|(key, _)| key != wanted);
            let (name, rest) = old.split_once('=').unwrap_or((old, ""));
            let blank = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
            new.push_str(&format!("{name}={blank}{value}{end_of_line}"));
            nested_goes = true;
        } else if key.as_deref().is_some_and(|key| dropped.contains(&key)) {
            nested_goes = true;
            continue;
        } else {
            new.push_str(old);
        }
        if key.is_some() || is_nested {
            place = new.len();
        }
    }
    if !missing.is_empty() && !new[..place].ends_with('\n') {
        new.insert_str(place, end_of_line);
        place += end_of_line.len();
    }
    let added: String = missing.iter().map(|(key, value)| line(key, value)).collect();
    new.insert_str(place, &added);
    new + &lines[end..].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: [(&str, &str); 1] = [("region", "eu-west-1")];

    #[test]
    fn a_profile_is_added_at_the_end() {
        assert_eq!(set("", Kind::Config, "default", &REGION, &[]), "[default]\nregion = eu-west-1\n");
        let added = "[a]\nx = 1\n\n[profile b]\nregion = eu-west-1\n";
        assert_eq!(set("[a]\nx = 1\n", Kind::Config, "b", &REGION, &[]), added);
        assert_eq!(set("[a]\nx = 1", Kind::Config, "b", &REGION, &[]), added);
        let windows = "[a]\r\nx = 1\r\n\r\n[b]\r\nregion = eu-west-1\r\n";
        assert_eq!(set("[a]\r\nx = 1\r\n", Kind::Credentials, "b", &REGION, &[]), windows);
    }

    #[test]
    fn all_but_the_values_stays() {
        let text = "# mine\n[default]\n; why\noutput=json\nregion =us-east-1\ns3 =\n  region = nested\n  max = 2\n\n# theirs\n[profile  \"b\"]\nregion = x\n";
        let wanted = text.replace("us-east-1", "eu-west-1");
        assert_eq!(set(text, Kind::Config, "default", &REGION, &[]), wanted);
        assert_eq!(set(text, Kind::Config, "b", &REGION, &[]), text.replace("= x", "= eu-west-1"));
        let added = set(text, Kind::Config, "default", &[("sso", "1")], &[]);
        assert_eq!(added, text.replace("  max = 2\n", "  max = 2\nsso = 1\n"));
        assert_eq!(set(&wanted, Kind::Config, "default", &REGION, &[]), wanted);
    }

    #[test]
    fn what_would_spoil_the_new_keys_goes() {
        let text = "[a]\naws_access_key_id = OLD\naws_session_token = T\n more\nkept = 1\n[b]\naws_session_token = T\n";
        let values = [("aws_access_key_id", "NEW"), ("aws_secret_access_key", "S")];
        let wanted = "[a]\naws_access_key_id = NEW\nkept = 1\naws_secret_access_key = S\n[b]\naws_session_token = T\n";
        assert_eq!(set(text, Kind::Credentials, "a", &values, &["aws_session_token"]), wanted);
    }

    #[test]
    fn a_file_may_end_anywhere() {
        assert_eq!(set("[a]", Kind::Credentials, "a", &[("k", "v")], &[]), "[a]\nk = v\n");
        assert_eq!(set("[a]\nx = 1", Kind::Credentials, "a", &[("k", "v")], &[]), "[a]\nx = 1\nk = v\n");
        assert_eq!(set("[a]\nk = 1", Kind::Credentials, "a", &[("k", "v")], &[]), "[a]\nk = v\n");
    }

    #[test]
    fn values_are_those_of_the_section_that_counts() {
        let text = "[default]\nregion = one\n[profile default]\nregion = two\n[profile ab]\nregion = three\n";
        let region = |name| values(text, Kind::Config, name).map(|values| values["region"].clone());
        assert_eq!(region("default").as_deref(), Some("two"));
        assert_eq!(region("ab").as_deref(), Some("three"));
        assert_eq!(region("a"), None);
        assert_eq!(values(text, Kind::Credentials, "ab"), None);
    }
}
