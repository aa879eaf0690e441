//! A deployment as values: the root template, the nested stacks, and the files that they need in the deployment bucket.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use amplify_cfn::Template;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Environment, Error, Secret, references::Origins};

/// What a project folder asks a provider to deploy, or what was deployed last.
#[derive(Clone, Debug)]
pub struct Assembly {
    /// The environment it is for.
    pub environment: Environment,
    /// Name of the root stack.
    pub stack_name: String,
    /// The root template.
    pub template: Value,
    /// The root stack's parameters.
    pub parameters: Map<String, Value>,
    /// The nested stacks of the root, one for a resource, in the order of `amplify-meta.json`.
    pub stacks: Vec<NestedStack>,
    /// Files for the deployment bucket. Code of functions is among them only where [`crate::Options::artifacts`] has it.
    pub uploads: Vec<Upload>,
    /// Resources that are not part of the deployment, and why.
    pub skipped: Vec<Skipped>,
    /// What the user should know about resources that are deployed.
    pub notes: Vec<Note>,
    /// Tags of the root stack, from `amplify/backend/tags.json`.
    pub tags: Vec<Tag>,
    /// Parameters of the root stack that take secrets, which the provider keeps.
    pub secrets: Vec<Secret>,
    /// Whether this is what was recorded when it was deployed, and not put together from what is known of it.
    pub(crate) recorded: bool,
}

impl Assembly {
    /// The nested stack of a resource.
    pub fn stack(&self, category: &str, resource: &str) -> Option<&NestedStack> {
        self.stacks.iter().find(|stack| stack.category == category && stack.resource == resource)
    }

    /// Why a resource is not part of the deployment, if it is not.
    pub fn skipped(&self, category: &str, resource: &str) -> Option<&Skipped> {
        self.skipped.iter().find(|skipped| skipped.category == category && skipped.resource == resource)
    }
}

/// A resource of the project as a nested stack.
#[derive(Clone, Debug)]
pub struct NestedStack {
    /// Its category, such as `storage`.
    pub category: String,
    /// Its name.
    pub resource: String,
    /// Its service, such as `DynamoDB`.
    pub service: String,
    /// Logical id in the root stack: category and name together.
    pub logical_id: String,
    /// Key of its template in the deployment bucket.
    pub template_key: String,
    /// The `TemplateURL`, recorded as `providerMetadata.s3TemplateURL`.
    pub template_url: String,
    /// Its template as it is uploaded.
    pub template: StagedTemplate,
    /// Its parameters in the root template; values may refer to the root's parameters and to other stacks' outputs.
    pub parameters: Map<String, Value>,
    /// File name of its code in `amplify-builds/` (recorded as `distZipFilename`), for a function.
    pub code: Option<String>,
    /// Templates of stacks nested in this one: key in the deployment bucket, then content.
    pub children: BTreeMap<String, StagedTemplate>,
    /// Whether this is carried over as it was deployed, because the project's own version is not part of this deployment.
    pub kept: bool,
    /// Where the parameters that refer to other resources are written down.
    pub(crate) origins: Origins,
}

impl NestedStack {
    /// `category/name`, as messages have it.
    pub fn label(&self) -> String {
        format!("{}/{}", self.category, self.resource)
    }
}

/// A template as text, parsed when it is first needed.
#[derive(Clone, Debug)]
pub struct StagedTemplate {
    /// Where it came from, relative to the project's root.
    pub path: String,
    bytes: Arc<Vec<u8>>,
    parsed: OnceLock<Arc<Template>>,
}

impl StagedTemplate {
    /// A template that was read from `path`, which is relative to the project's root.
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes: Arc::new(bytes), parsed: OnceLock::new() }
    }

    /// The text that is uploaded.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The parsed template.
    ///
    /// # Errors
    /// [`Error::Template`], if it is none.
    pub fn parse(&self) -> Result<&Template, Error> {
        if let Some(template) = self.parsed.get() {
            return Ok(template);
        }
        let text = String::from_utf8_lossy(&self.bytes);
        let template = Template::parse(text.trim_start_matches('\u{feff}'), &self.path)
            .map_err(|source| Error::Template { path: self.path.clone(), source: Box::new(source) })?;
        Ok(self.parsed.get_or_init(|| Arc::new(template)))
    }
}

/// A file for the deployment bucket.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Key in the bucket.
    pub key: String,
    /// Its content.
    pub source: Source,
}

/// Where the content of an upload is.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// Here.
    Bytes(Arc<Vec<u8>>),
}

/// A resource that is not part of the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its category.
    pub category: String,
    /// Its name.
    pub resource: String,
    /// Why, as a clause without a final period.
    pub reason: String,
}

/// Something to know about a resource that is deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Its category.
    pub category: String,
    /// Its name.
    pub resource: String,
    /// What, as a clause without a final period.
    pub text: String,
}

/// A tag of the root stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value, with `{project-name}` and `{project-env}` filled in.
    pub value: String,
}
