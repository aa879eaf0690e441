//! A deployment as several, each a whole one, so that no table has more than one index made or deleted in any of them.
//!
//! Steps before the one with everything else start from what is deployed, and only add to it. Steps after it are the
//! wanted deployment with indexes that are still to go.

use std::{collections::BTreeMap, sync::Arc};

use amplify_project::paths::relative;
use serde::Serialize;
use serde_json::Value;

use super::{
    moves::{self, Base, Move},
    ordered::OrderedTable,
};
use crate::{
    Assembly, Error, NestedStack, Plan, StagedTemplate,
    assembly::{Source, Upload},
};

/// An index that a step makes or deletes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexChange {
    /// The table: logical ids from the root stack down, joined by `/`.
    pub path: String,
    /// The index.
    pub index: String,
    /// Whether it is made; deleted otherwise.
    pub create: bool,
}

/// What one of several deployments does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepPlan {
    /// Indexes made and deleted, one a table.
    pub indexes: Vec<IndexChange>,
    /// Whether all other changes of the plan are made in it.
    pub everything_else: bool,
}

/// One of the deployments that a plan is carried out by.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub plan: StepPlan,
    /// What is deployed.
    pub assembly: Assembly,
    /// What is deployed otherwise than the project has it, to be recorded once the step is done.
    pub files: Vec<StepFile>,
}

/// A template of the record that holds indexes of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepFile {
    /// The resource's category.
    pub category: String,
    /// The resource's name.
    pub resource: String,
    /// The file, below the resource's folder.
    pub file: String,
    /// What it holds; `None` for what the project has.
    pub content: Option<Vec<u8>>,
}

impl IndexChange {
    /// It in words, such as ``create the index `byOwner` of storagenotes/DynamoDBTable``.
    pub fn text(&self) -> String {
        let verb = if self.create { "create" } else { "delete" };
        format!("{verb} the index `{}` of {}", self.index, self.path)
    }
}

impl StepPlan {
    /// It in words.
    pub fn text(&self) -> String {
        let mut parts: Vec<String> = self.indexes.iter().map(IndexChange::text).collect();
        if self.everything_else {
            parts.push("everything else".to_owned());
        }
        parts.join(", ")
    }
}

/// What each step does; nothing if one will do. Steps may precede that with everything else only where it is known
/// exactly what is deployed.
pub(crate) fn plan(tables: &[OrderedTable], deployed: Option<&Assembly>) -> Vec<StepPlan> {
    if tables.is_empty() {
        return Vec::new();
    }
    let known = deployed.is_some_and(|deployed| deployed.recorded);
    let longest = tables.iter().map(|table| table.moves.early.len()).max().unwrap_or_default();
    let before = if known { longest.saturating_sub(1) } else { 0 };
    let mut done = vec![0; tables.len()];
    let mut steps: Vec<StepPlan> = Vec::new();
    while steps.len() <= before || tables.iter().zip(&done).any(|(table, done)| *done < table.moves.len()) {
        let mut step = StepPlan { indexes: Vec::new(), everything_else: steps.len() == before };
        for (table, done) in tables.iter().zip(&mut done) {
            let reach = if steps.len() < before { table.moves.early.len() } else { table.moves.len() };
            if *done < reach
                && let Some(Move { index, create }) = table.moves.all().nth(*done)
            {
                step.indexes.push(IndexChange { path: table.path.clone(), index: index.clone(), create: *create });
                *done += 1;
            }
        }
        steps.push(step);
    }
    steps
}

/// The deployments that carry out a plan, in order. Usually that is one.
///
/// # Errors
/// Templates that cannot be read.
pub fn steps(plan: &Plan, deployed: Option<&Assembly>, wanted: &Assembly) -> Result<Vec<Step>, Error> {
    if plan.steps.is_empty() {
        let whole = StepPlan { indexes: Vec::new(), everything_else: true };
        return Ok(vec![Step { plan: whole, assembly: wanted.clone(), files: Vec::new() }]);
    }
    let main = plan.steps.iter().position(|step| step.everything_else).unwrap_or_default();
    let mut made = Vec::new();
    for (number, step) in plan.steps.iter().enumerate() {
        let done = |table: &OrderedTable| {
            let so_far = plan.steps[..=number].iter().flat_map(|step| &step.indexes);
            so_far.filter(|change| change.path == table.path).count()
        };
        let made_now = match deployed {
            Some(deployed) if number < main => early(&plan.ordered, deployed, wanted, done)?,
            _ => late(&plan.ordered, wanted, done, number > main)?,
        };
        made.push(Step { plan: step.clone(), assembly: made_now.0, files: made_now.1 });
    }
    Ok(made)
}

/// A step that starts from what is deployed.
fn early(
    tables: &[OrderedTable],
    deployed: &Assembly,
    wanted: &Assembly,
    done: impl Fn(&OrderedTable) -> usize,
) -> Result<(Assembly, Vec<StepFile>), Error> {
    let mut assembly = Assembly { uploads: Vec::new(), tags: wanted.tags.clone(), ..deployed.clone() };
    let mut files = Vec::new();
    for ((category, resource, template), tables) in by_template(tables, |table| &table.old_template) {
        let begun: Vec<&OrderedTable> = tables.into_iter().filter(|table| done(table) > 0).collect();
        if !begun.is_empty() {
            let edit = Edit { category, resource, template, base: Base::Old, prefix: relative::cloud_resource };
            files.push(edit.make(&mut assembly, &begun, &done)?);
        }
    }
    Ok((assembly, files))
}

/// The step with everything else, or one after it.
fn late(
    tables: &[OrderedTable],
    wanted: &Assembly,
    done: impl Fn(&OrderedTable) -> usize,
    after: bool,
) -> Result<(Assembly, Vec<StepFile>), Error> {
    let mut assembly = wanted.clone();
    if after {
        assembly.uploads.clear();
    }
    let mut files = Vec::new();
    for ((category, resource, template), tables) in by_template(tables, |table| &table.new_template) {
        let open: Vec<&OrderedTable> = tables.into_iter().filter(|table| done(table) < table.moves.len()).collect();
        let edit = Edit { category, resource, template, base: Base::New, prefix: relative::resource };
        if !open.is_empty() {
            files.push(edit.make(&mut assembly, &open, &done)?);
        } else if after {
            files.push(edit.finish(&mut assembly)?);
        }
    }
    Ok((assembly, files))
}

type Place<'t> = (&'t str, &'t str, Option<&'t str>);

/// The tables of each template.
fn by_template(
    tables: &[OrderedTable],
    template: impl Fn(&OrderedTable) -> &Option<String>,
) -> BTreeMap<Place<'_>, Vec<&OrderedTable>> {
    let mut found: BTreeMap<Place<'_>, Vec<&OrderedTable>> = BTreeMap::new();
    for table in tables {
        let place = (table.category.as_str(), table.resource.as_str(), template(table).as_deref());
        found.entry(place).or_default().push(table);
    }
    found
}

/// One template of an assembly that gets the indexes of a step.
struct Edit<'t> {
    category: &'t str,
    resource: &'t str,
    /// Key of a nested template; `None` for the resource's own.
    template: Option<&'t str>,
    base: Base,
    /// The folder of a resource, which the template's path begins with.
    prefix: fn(&str, &str) -> String,
}

impl Edit<'_> {
    /// Puts the indexes into the template, and the template into the uploads.
    fn make(
        &self,
        assembly: &mut Assembly,
        tables: &[&OrderedTable],
        done: impl Fn(&OrderedTable) -> usize,
    ) -> Result<StepFile, Error> {
        let staged = self.staged(assembly)?;
        let mut document = staged.parse()?.document.clone();
        for table in tables {
            let place = format!("/Resources/{}/Properties", table.logical_id);
            let Some(properties) = document.pointer_mut(&place).and_then(Value::as_object_mut) else { continue };
            let made = table.moves.all().take(done(table));
            let (indexes, definitions) = moves::properties(&table.old, &table.new, made, self.base);
            moves::put(properties, indexes, definitions);
        }
        let bytes = format!("{document:#}\n").into_bytes();
        *self.staged(assembly)? = StagedTemplate::new(self.staged(assembly)?.path.clone(), bytes.clone());
        self.upload(assembly, &bytes)?;
        self.file(assembly, Some(bytes))
    }

    /// The template as the project has it.
    fn finish(&self, assembly: &mut Assembly) -> Result<StepFile, Error> {
        let bytes = self.staged(assembly)?.bytes().to_vec();
        self.upload(assembly, &bytes)?;
        self.file(assembly, None)
    }

    fn stack<'a>(&self, assembly: &'a mut Assembly) -> Result<&'a mut NestedStack, Error> {
        let is_it = |stack: &&mut NestedStack| stack.category == self.category && stack.resource == self.resource;
        assembly.stacks.iter_mut().find(is_it).ok_or_else(|| self.missing())
    }

    fn missing(&self) -> Error {
        Error::DeployedUnknown {
            resource: format!("{}/{}", self.category, self.resource),
            reason: "its indexes cannot be changed in steps".to_owned(),
        }
    }

    fn staged<'a>(&self, assembly: &'a mut Assembly) -> Result<&'a mut StagedTemplate, Error> {
        let stack = self.stack(assembly)?;
        match self.template {
            // Whoever named the key has seen the template.
            Some(key) => stack.children.get_mut(key).ok_or_else(|| self.missing()),
            None => Ok(&mut stack.template),
        }
    }

    fn upload(&self, assembly: &mut Assembly, bytes: &[u8]) -> Result<(), Error> {
        let key = match self.template {
            Some(key) => key.to_owned(),
            None => self.stack(assembly)?.template_key.clone(),
        };
        assembly.uploads.retain(|upload| upload.key != key);
        assembly.uploads.push(Upload { key, source: Source::Bytes(Arc::new(bytes.to_vec())) });
        Ok(())
    }

    fn file(&self, assembly: &mut Assembly, content: Option<Vec<u8>>) -> Result<StepFile, Error> {
        let path = self.staged(assembly)?.path.clone();
        let folder = format!("{}/", (self.prefix)(self.category, self.resource));
        Ok(StepFile {
            category: self.category.to_owned(),
            resource: self.resource.to_owned(),
            file: path.strip_prefix(&folder).unwrap_or(&path).to_owned(),
            content,
        })
    }
}
