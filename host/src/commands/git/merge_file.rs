//! `amplify git merge-file`: what git calls to merge one of the project's files.

use std::{
    path::Path,
    process::{Command as Process, Stdio},
};

use amplify_project::{Document, merge};
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
};

/// The command.
pub struct MergeFile;

impl Command for MergeFile {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["git", "merge-file"], "Merges a JSON file by key, as git calls it")
            .argument(Argument::positional("base", "What both began with").required())
            .argument(Argument::positional("ours", "What we have; the result takes its place").required())
            .argument(Argument::positional("theirs", "What they have").required())
            .argument(Argument::option("--path", "file", "The file's place in the project, for messages"))
            .argument(Argument::option("--marker-size", "number", "How long the marks around conflicts are"))
            .details(
                "Keys that one side added, changed or removed are taken over; lists are taken as a whole. Where both sides \
                 changed the same key it is left with git's marks around it, and the command ends with status 1. What is \
                 no JSON object is merged by lines. `amplify git setup` makes git call it.",
            )
            .example("amplify git merge-file base.json ours.json theirs.json", "By hand")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let file = |number| host.settings.folder.join(call.argument(number).unwrap_or_default());
        let (base, ours, theirs) = (file(0), file(1), file(2));
        let shown = call.value("path").or(call.argument(1)).unwrap_or_default();
        let files = Files { base: &base, ours: &ours, theirs: &theirs, marker_size: call.value("marker-size") };
        let conflicts = match files.by_key(Path::new(shown))? {
            Some(conflicts) => conflicts,
            None if files.by_line(&host.settings.folder)? => Vec::new(),
            None => vec!["lines".to_owned()],
        };
        host.output.document(&json!({ "file": shown, "conflicts": conflicts }))?;
        if conflicts.is_empty() {
            return Ok(Exit::Done);
        }
        let error = Error::failed("merge-conflict", format!("both sides changed the same in `{shown}`"));
        let error = conflicts.iter().fold(error, |error, key| error.cause(key));
        Err(error.hint(format!("decide between the marks in `{shown}`, and type `git add {shown}`")))
    }
}

/// The three files, as git laid them out.
struct Files<'f> {
    base: &'f Path,
    ours: &'f Path,
    theirs: &'f Path,
    marker_size: Option<&'f str>,
}

impl Files<'_> {
    /// Merges them by key, and returns the keys that both sides changed; `None` if one is no JSON object.
    fn by_key(&self, shown: &Path) -> Result<Option<Vec<String>>, Error> {
        let read = |path: &Path| fs_err::read(path).map_err(|error| unreadable(&error));
        let (base, ours, theirs) = (read(self.base)?, read(self.ours)?, read(self.theirs)?);
        // A file that both added has nothing that they began with.
        let base = if base.is_empty() { b"{}".to_vec() } else { base };
        let parsed = |bytes: &[u8]| Document::parse(bytes, shown).ok();
        let (Some(base), Some(mut ours), Some(theirs)) = (parsed(&base), parsed(&ours), parsed(&theirs)) else {
            return Ok(None);
        };
        let merge = merge::three_way(&base.value, &theirs.value, &ours.value);
        let mut write = |path: &Path, value| {
            ours.value = value;
            fs_err::write(path, ours.to_bytes()).map_err(|error| unreadable(&error))
        };
        write(self.ours, merge.ours)?;
        if !merge.conflicts.is_empty() {
            // The three differ in nothing but that now, so that is all that is marked.
            write(self.base, merge.base)?;
            write(self.theirs, merge.theirs)?;
            self.by_line(self.ours.parent().unwrap_or(Path::new(".")))?;
        }
        Ok(Some(merge.conflicts))
    }

    /// Merges them as git does, with marks around what both changed; returns whether that was nothing.
    fn by_line(&self, folder: &Path) -> Result<bool, Error> {
        let mut command = Process::new("git");
        command.args(["merge-file", "-L", "ours", "-L", "base", "-L", "theirs"]);
        command.args(self.marker_size.map(|size| format!("--marker-size={size}")));
        command.args([self.ours, self.base, self.theirs]).current_dir(folder).stdin(Stdio::null());
        let failed = || Error::failed("git-failed", "git cannot merge the file");
        let output = command.output().map_err(|error| failed().cause(format!("git does not start: {error}")))?;
        match output.status.code() {
            Some(0) => Ok(true),
            // So many conflicts; 255 is an error.
            Some(1..=127) => Ok(false),
            _ => Err(failed().cause(String::from_utf8_lossy(&output.stderr).trim())),
        }
    }
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::failed("file-unreadable", "the file cannot be merged").cause(error)
}
