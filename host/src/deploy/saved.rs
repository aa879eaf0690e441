//! A plan in a file: reviewed now, pushed later, and refused if the project or the deployment is another one by then.

use std::path::Path;

use amplify_planner::{Assembly, Only};
use serde_json::{Value, json};

use super::Planned;
use crate::error::Error;

/// Version of the file's form.
const VERSION: u64 = 1;

/// A saved plan.
pub struct Saved {
    document: Value,
    file: String,
}

impl Saved {
    /// Reads one.
    ///
    /// # Errors
    /// No such file, or none of this version.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = path.display().to_string();
        let wrong = |cause: String| {
            let error = Error::failed("saved-plan", format!("`{file}` is no saved plan")).cause(cause);
            error.hint("`amplify plan --out FILE` saves one")
        };
        let bytes = fs_err::read(path).map_err(|error| wrong(error.to_string()))?;
        let document: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        if document["amplifyPlan"] != VERSION {
            return Err(wrong(format!("it does not say `\"amplifyPlan\": {VERSION}`")));
        }
        Ok(Self { document, file })
    }

    /// The resources that it is about.
    pub fn only(&self) -> Option<Only> {
        let text = |key: &str| self.document["only"][key].as_str().map(str::to_owned);
        Some(Only { category: text("category")?, resource: text("resource") })
    }

    /// Refuses a plan that is not the saved one.
    ///
    /// # Errors
    /// Something moved on since it was saved.
    pub fn check(&self, planned: &Planned) -> Result<(), Error> {
        let now = contents(planned, None)?;
        let moved = [
            ("environment", "the current environment is another one"),
            ("deployed", "something was deployed"),
            ("wanted", "the project was changed"),
            ("plan", "the plan is another one"),
        ];
        let Some((_, why)) = moved.into_iter().find(|(key, _)| self.document[*key] != now[*key]) else { return Ok(()) };
        let error =
            Error::failed("plan-outdated", format!("the plan in `{}` is out of date; nothing was deployed", self.file));
        Err(error
            .cause(format!("{why} since it was saved"))
            .hint("save and review it again: `amplify plan --out FILE`"))
    }
}

/// Saves a plan.
///
/// # Errors
/// The file cannot be written.
pub fn save(path: &Path, planned: &Planned, only: Option<&Only>) -> Result<(), Error> {
    let document = contents(planned, only)?;
    Ok(fs_err::write(path, format!("{document:#}\n"))?)
}

fn contents(planned: &Planned, only: Option<&Only>) -> Result<Value, Error> {
    let digest = |assembly: Option<&Assembly>| assembly.map(Assembly::digest).transpose();
    let plan = serde_json::to_value(&planned.plan)
        .map_err(|error| Error::internal("the plan cannot be written as JSON").cause(error))?;
    Ok(json!({
        "amplifyPlan": VERSION,
        "environment": planned.plan.environment,
        "only": only.map(|only| json!({ "category": only.category, "resource": only.resource })),
        "deployed": digest(planned.deployed.as_ref())?,
        "wanted": digest(Some(&planned.wanted))?,
        "plan": plan,
    }))
}
