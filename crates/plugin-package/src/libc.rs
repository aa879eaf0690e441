//! Which version of glibc a library needs, and which one runs here.

use std::{fmt, path::Path, str::FromStr};

use object::{
    Endianness,
    elf::FileHeader64,
    read::elf::{FileHeader, SectionTable},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A version of glibc, such as 2.36. Written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glibc {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number; 0 in most versions.
    pub patch: u32,
}

type Elf = FileHeader64<Endianness>;

impl Glibc {
    /// The newest version of glibc whose symbols a library needs; `None` where it needs none, or is no 64-bit ELF file.
    pub fn needed_by(library: &[u8]) -> Option<Self> {
        let (endian, sections) = sections(library)?;
        let (needs, link) = sections.gnu_verneed(endian, library).ok()??;
        let strings = sections.strings(endian, library, link).ok()?;
        let mut newest = None;
        let mut needs = needs;
        while let Ok(Some((_, versions))) = needs.next() {
            let mut versions = versions;
            while let Ok(Some(version)) = versions.next() {
                let name = version.name(endian, strings).ok().and_then(Self::from_symbol);
                newest = newest.max(name);
            }
        }
        newest
    }

    /// The newest version whose symbols a C library (`libc.so.6`) has.
    pub fn offered_by(libc: &[u8]) -> Option<Self> {
        let (endian, sections) = sections(libc)?;
        let (definitions, link) = sections.gnu_verdef(endian, libc).ok()??;
        let strings = sections.strings(endian, libc, link).ok()?;
        let mut newest = None;
        let mut definitions = definitions;
        while let Ok(Some((_, names))) = definitions.next() {
            let mut names = names;
            // The first name is the definition's own; others are what it builds on.
            if let Ok(Some(name)) = names.next() {
                newest = newest.max(name.name(endian, strings).ok().and_then(Self::from_symbol));
            }
        }
        newest
    }

    /// The glibc of this process; `None` where there is none, or it cannot be told.
    pub fn running() -> Option<Self> {
        let maps = fs_err::read_to_string("/proc/self/maps").ok()?;
        let path = maps.lines().filter_map(|line| line.split_once('/')).map(|(_, path)| format!("/{path}"));
        let is_libc = |path: &String| {
            let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
            name == "libc.so.6" || (name.starts_with("libc-2.") && name.ends_with(".so"))
        };
        let libc = path.into_iter().find(is_libc)?;
        Self::offered_by(&fs_err::read(libc).ok()?)
    }

    fn from_symbol(name: &[u8]) -> Option<Self> {
        match std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")? {
            // Not a version, but a promise: compact relocations are understood since 2.36.
            "ABI_DT_RELR" => Some(Self { major: 2, minor: 36, patch: 0 }),
            version => version.parse().ok(),
        }
    }
}

fn sections(file: &[u8]) -> Option<(Endianness, SectionTable<'_, Elf>)> {
    let header = Elf::parse(file).ok()?;
    let endian = header.endian().ok()?;
    Some((endian, header.sections(endian, file).ok()?))
}

impl fmt::Display for Glibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 { write!(f, ".{}", self.patch) } else { Ok(()) }
    }
}

impl FromStr for Glibc {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a version such as 2.36");
        let numbers: Vec<u32> = text.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
        match numbers[..] {
            [major, minor] => Ok(Self { major, minor, patch: 0 }),
            [major, minor, patch] => Ok(Self { major, minor, patch }),
            _ => Err(wrong()),
        }
    }
}

impl Serialize for Glibc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Glibc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Glibc {
        text.parse().unwrap()
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(version("2.9") < version("2.36") && version("2.2.5") > version("2.2"));
        assert_eq!(version("2.2.5").to_string(), "2.2.5");
        assert_eq!(serde_json::to_string(&version("2.36")).unwrap(), "\"2.36\"");
        assert!(serde_json::from_str::<Glibc>("\"two\"").is_err() && "2".parse::<Glibc>().is_err());
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn this_program_needs_no_more_than_runs_here() {
        let running = Glibc::running().unwrap();
        let needed = Glibc::needed_by(&fs_err::read(std::env::current_exe().unwrap()).unwrap()).unwrap();
        assert!(needed <= running && needed >= version("2.2.5"), "{needed} {running}");
    }

    #[test]
    fn what_is_no_library_needs_nothing() {
        for bytes in [b"".as_slice(), b"\x7fELF", &[0x7f; 200]] {
            assert_eq!((Glibc::needed_by(bytes), Glibc::offered_by(bytes)), (None, None));
        }
    }
}
