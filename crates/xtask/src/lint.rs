//! cfn-lint and parliament over every template that the plugins emit.
//!
//! Each plugin `category-x` that emits templates has an example `x-templates` that prints them as `[{"name", "template"}]`.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::available_parallelism,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{shell, tools::Tools};

/// The categories that emit templates.
const EMITTERS: &[&str] = &["api", "auth", "storage", "function"];

#[derive(Deserialize)]
struct Emitted {
    name: String,
    template: serde_json::Value,
}

/// Checks them all: no errors, and no warnings but those listed with a reason in `tests/cfn-lint.yaml`; and nothing about
/// their policies but what is listed with a reason in `tests/parliament.yaml`.
pub fn run(tools: &Tools) -> Result<()> {
    let folder = shell::target().join("emitted-templates");
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    // With the features of the whole workspace, as the tests are built: anything else compiles their dependencies once more.
    let mut build = shell::cargo();
    build.args(["build", "--quiet", "--workspace"]);
    for category in EMITTERS {
        build.args(["--example", &format!("{category}-templates")]);
    }
    shell::run(&mut build)?;
    let mut files = Vec::new();
    for category in EMITTERS {
        let program = format!("debug/examples/{category}-templates{}", std::env::consts::EXE_SUFFIX);
        let printed = shell::output(&mut Command::new(shell::target().join(program)))?;
        let templates: Vec<Emitted> = serde_json::from_str(&printed)?;
        if templates.is_empty() {
            bail!("`category-{category}` emits no template: its example `{category}-templates` prints an empty list");
        }
        let own = folder.join(format!("category-{category}"));
        fs_err::create_dir_all(&own)?;
        for Emitted { name, template } in templates {
            let file = own.join(format!("{name}.json"));
            fs_err::write(&file, serde_json::to_string_pretty(&template)?)?;
            files.push(file);
        }
    }
    eprintln!("   {} templates", files.len());
    cfn_lint(tools, &files)?;
    let policies = shell::root().join("tests/policies.py");
    shell::run(Command::new(tools.path("python")).arg(policies).arg(&folder).stdin(Stdio::null()))
}

/// As many at once as there are processors: cfn-lint uses one, and takes half a second for a template.
fn cfn_lint(tools: &Tools, files: &[PathBuf]) -> Result<()> {
    let configuration = shell::root().join("tests/cfn-lint.yaml");
    let at_once = available_parallelism().map_or(1, usize::from);
    let start = |share: usize| -> Result<Child> {
        let own = files.iter().skip(share).step_by(at_once).map(PathBuf::as_path);
        let mut command = Command::new(tools.path("cfn-lint"));
        command.arg("--config-file").arg(&configuration).args(own.collect::<Vec<&Path>>());
        command.spawn().context("cfn-lint cannot be started")
    };
    let running: Vec<Child> = (0..at_once.min(files.len())).map(start).collect::<Result<_>>()?;
    let mut clean = true;
    for mut child in running {
        clean &= child.wait()?.success();
    }
    if !clean {
        bail!("cfn-lint has something to say of a template, see above");
    }
    Ok(())
}
