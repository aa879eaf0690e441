//! cfn-lint and parliament over every template that the plugins emit.
//!
//! Each plugin that emits templates has an example `templates` that prints them as `[{"name", "template"}]`.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};
use serde::Deserialize;

use crate::{shell, tools::Tools};

/// Packages with an example `templates`.
const EMITTERS: &[&str] = &["category-api", "category-auth", "category-storage", "category-function"];

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
    let mut files = Vec::new();
    for package in EMITTERS {
        let printed =
            shell::output(shell::cargo().args(["run", "--quiet", "--package", package, "--example", "templates"]))?;
        let templates: Vec<Emitted> = serde_json::from_str(&printed)?;
        if templates.is_empty() {
            bail!("`{package}` emits no template: its example `templates` prints an empty list");
        }
        let own = folder.join(package);
        fs_err::create_dir_all(&own)?;
        for Emitted { name, template } in templates {
            let file = own.join(format!("{name}.json"));
            fs_err::write(&file, serde_json::to_string_pretty(&template)?)?;
            files.push(file);
        }
    }
    eprintln!("   {} templates", files.len());
    let configuration = shell::root().join("tests/cfn-lint.yaml");
    shell::run(Command::new(tools.path("cfn-lint")).arg("--config-file").arg(configuration).args(&files))?;
    let policies = shell::root().join("tests/policies.py");
    shell::run(Command::new(tools.path("python")).arg(policies).arg(&folder).stdin(Stdio::null()))
}
