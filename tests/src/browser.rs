//! A program that takes the place of the system's browser and notes what it is given.

use std::{os::unix::fs::PermissionsExt, path::PathBuf, thread, time::Duration};

use crate::Sandbox;

/// The browser of a sandbox.
pub struct Browser {
    tools: PathBuf,
    links: PathBuf,
}

impl Browser {
    /// Puts it into a sandbox's home.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn of(sandbox: &Sandbox) -> Self {
        let (tools, links) = (sandbox.home().join("bin"), sandbox.home().join("links"));
        fs_err::create_dir_all(&tools).expect("a folder can be made");
        fs_err::write(&links, "").expect("a file can be written");
        let program = tools.join("xdg-open");
        fs_err::write(&program, format!("#!/bin/sh\necho \"$1\" >> '{}'\n", links.display())).expect("so can this one");
        let executable = std::fs::Permissions::from_mode(0o755);
        fs_err::set_permissions(&program, executable).expect("it can be made executable");
        Self { tools, links }
    }

    /// A search path that leads to it first.
    pub fn path(&self) -> String {
        format!("{}:{}", self.tools.display(), std::env::var("PATH").unwrap_or_default())
    }

    /// What was opened. Who opens something does not wait for the browser, so this waits a while for so many.
    ///
    /// # Panics
    /// If the notes cannot be read.
    pub fn opened(&self, expected: usize) -> Vec<String> {
        let read = || fs_err::read_to_string(&self.links).expect("the notes can be read");
        for _ in 0..100 {
            if read().lines().count() >= expected {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        read().lines().map(str::to_owned).collect()
    }
}
