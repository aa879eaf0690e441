//! One resource of the project becomes one nested stack: its template as it is uploaded, its parameters and its files.

use std::collections::BTreeMap;

use amplify_project::Project;
use serde_json::{Map, Value, json};

use crate::{
    Artifact, Environment, Error, NestedStack, Options, Prepared, StagedTemplate,
    assembly::{Source, Upload},
    boundary, code, custom_policies,
    folder::Folder,
    graphql, kept_secrets,
    parameters::Parameters,
    recorded::Recorded,
    resource::Entry,
    retention, skip,
};

const TEAM_PROVIDER_INFO: &str = "amplify/team-provider-info.json";

/// Which of the two backends is staged.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side<'a> {
    /// `amplify/backend`, with what was built and prepared for it.
    Wanted(&'a Options),
    /// `amplify/#current-cloud-backend`.
    Deployed,
}

/// What staging a resource gives.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A nested stack; its key in the bucket is still to be chosen.
    Ready(Box<Staged>),
    /// No stack, and why.
    Skipped(String),
}

/// A resource ready for deployment.
#[derive(Debug)]
pub(crate) struct Staged {
    /// The nested stack, without key and URL.
    pub stack: NestedStack,
    /// The template's file name.
    pub file_name: String,
    /// Its files beside the template.
    pub uploads: Vec<Upload>,
    /// What the user should know.
    pub notes: Vec<String>,
    /// Secrets that other environments have, and that this one needs as well.
    pub lacking: Vec<String>,
}

/// Stages resources of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage<'a> {
    /// The project.
    pub project: &'a Project,
    /// The environment that is deployed to.
    pub environment: &'a Environment,
    /// The root template that was deployed.
    pub recorded: Option<&'a Recorded>,
    /// Which backend.
    pub side: Side<'a>,
}

impl Stage<'_> {
    /// Stages one resource.
    ///
    /// # Errors
    /// Of reading and parsing its files. A resource without a template is no error but skipped.
    pub fn resource(&self, entry: &Entry) -> Result<Outcome, Error> {
        let folder = self.folder(entry);
        if !entry.has_provider() {
            return Ok(Outcome::Skipped(skip::NO_PROVIDER.to_owned()));
        }
        let graphql = entry.service() == graphql::SERVICE;
        let Some((file_name, template)) = find_template(&folder, graphql)? else {
            let reason = match self.prepared(entry) {
                Some(Prepared::Impossible(reason)) => reason.clone(),
                _ => skip::without_template(&folder, entry),
            };
            return Ok(Outcome::Skipped(reason));
        };
        let mut staged = Staged {
            stack: NestedStack {
                category: entry.category.clone(),
                resource: entry.name.clone(),
                service: entry.service().to_owned(),
                logical_id: entry.logical_id(),
                template_key: String::new(),
                template_url: String::new(),
                template,
                parameters: Map::new(),
                code: None,
                children: BTreeMap::new(),
                kept: false,
                origins: BTreeMap::new(),
            },
            file_name,
            uploads: Vec::new(),
            notes: Vec::new(),
            lacking: Vec::new(),
        };
        let mut parameters =
            if graphql { self.graphql(&mut staged, &folder, entry)? } else { own_parameters(&folder)? };
        if let Some(values) = self.environment.values_of(&entry.category, &entry.name) {
            let place = format!("{}.categories.{}.{}.", self.environment.name, entry.category, entry.name);
            parameters.merge(&kept_secrets::without(values), TEAM_PROVIDER_INFO, &place);
        }
        parameters.depend(entry);
        self.secrets(&mut staged, entry, &mut parameters)?;
        self.edit_template(&mut staged, &folder, entry, &mut parameters)?;
        self.limit_roles(&mut staged)?;
        self.localize(&mut staged)?;
        self.retain(&mut staged)?;
        parameters.fix("env", self.environment.name.clone().into());

        if let (Side::Deployed, Some(recorded)) = (self.side, self.recorded_parameters(entry)) {
            staged.stack.parameters = recorded;
            return Ok(Outcome::Ready(Box::new(staged)));
        }
        let (values, origins, left_out) = parameters.finish(staged.stack.template.parse()?);
        staged.notes.extend(undeclared(&left_out));
        staged.stack.origins = origins;
        staged.stack.parameters = values;
        Ok(Outcome::Ready(Box::new(staged)))
    }

    /// Hands on the secrets that the environment has for the resource, and notes those that it lacks.
    fn secrets(&self, staged: &mut Staged, entry: &Entry, parameters: &mut Parameters) -> Result<(), Error> {
        let (category, name) = (entry.category.as_str(), entry.name.as_str());
        let has = kept_secrets::of_resource(self.environment.values_of(category, name), category, name);
        let declared = &staged.stack.template.parse()?.parameters;
        for secret in &has {
            parameters.fix(secret.key(), json!({ "Ref": secret.parameter }));
            if declared.get(secret.key()).is_some_and(|parameter| !parameter.no_echo) {
                let key = secret.key();
                staged.notes.push(format!(
                    "whoever may look at the stack sees the secret `{key}`: declare the parameter with `NoEcho`"
                ));
            }
        }
        let anywhere = self.environment.secrets.get(&(category.to_owned(), name.to_owned())).into_iter().flatten();
        let lacking = anywhere.filter(|key| has.iter().all(|secret| secret.key() != key.as_str()));
        let needed = lacking.filter(|key| declared.get(*key).is_some_and(|parameter| parameter.default.is_none()));
        staged.lacking =
            needed.filter(|key| !parameters.has(key)).map(|key| format!("{category}/{name}/{key}")).collect();
        Ok(())
    }

    fn folder(&self, entry: &Entry) -> Folder {
        let paths = self.project.paths();
        let path = match self.side {
            Side::Wanted(_) => paths.resource(&entry.category, &entry.name),
            Side::Deployed => paths.cloud_resource(&entry.category, &entry.name),
        };
        let folder = Folder::new(self.project.root(), path);
        match self.prepared(entry) {
            // Messages name the folder that the user knows.
            Some(Prepared::Folder(path)) => Folder { path: path.clone(), ..folder },
            _ => folder,
        }
    }

    fn prepared(&self, entry: &Entry) -> Option<&Prepared> {
        match self.side {
            Side::Wanted(options) => options.prepared.get(&(entry.category.clone(), entry.name.clone())),
            Side::Deployed => None,
        }
    }

    fn recorded_parameters(&self, entry: &Entry) -> Option<Map<String, Value>> {
        self.recorded?.parameters(&entry.logical_id())
    }

    /// The key under which the files of a GraphQL API are, or will be.
    fn root_key(&self, folder: &Folder, entry: &Entry) -> Result<String, Error> {
        let cloud = self.project.paths().cloud_resource(&entry.category, &entry.name);
        let copy = Folder::new(self.project.root(), cloud);
        let recorded = self
            .recorded_parameters(entry)
            .and_then(|parameters| parameters.get("S3DeploymentRootKey")?.as_str().map(str::to_owned));
        let earlier = match recorded {
            Some(key) => Some(key),
            None if copy.exists() => Some(graphql::root_key(&copy, None)?),
            None => None,
        };
        match (self.side, earlier) {
            (Side::Deployed, Some(earlier)) => Ok(earlier),
            (_, earlier) => graphql::root_key(folder, earlier.as_deref().map(|key| (&copy, key))),
        }
    }

    fn graphql(&self, staged: &mut Staged, folder: &Folder, entry: &Entry) -> Result<Parameters, Error> {
        let root_key = self.root_key(folder, entry)?;
        let uploads = graphql::uploads(folder, &root_key)?;
        for upload in &uploads {
            if let Source::File(path) = &upload.source
                && upload.key.starts_with(&format!("{root_key}/stacks/"))
            {
                let below = path.strip_prefix(&folder.path).unwrap_or(path).to_string_lossy().replace('\\', "/");
                let file = format!("{}/{below}", folder.relative);
                staged.stack.children.insert(upload.key.clone(), StagedTemplate::new(file, fs_err::read(path)?));
            }
        }
        staged.uploads = uploads;
        graphql::parameters(folder, entry, self.environment, &root_key)
    }

    /// Puts the place of the code and the custom policies into the staged copy of the template.
    fn edit_template(
        &self,
        staged: &mut Staged,
        folder: &Folder,
        entry: &Entry,
        parameters: &mut Parameters,
    ) -> Result<(), Error> {
        if entry.service() != "Lambda" {
            return Ok(());
        }
        staged.stack.template.parse()?;
        let template = staged.stack.template.clone();
        let original = &template.parse()?.document;
        let mut document = original.clone();
        if let Some(policies) = folder.json(custom_policies::FILE_NAME, "a list of policy statements")? {
            custom_policies::merge(&mut document, &policies).map_err(|problem| Error::CustomPolicies {
                path: format!("{}/{}", folder.relative, custom_policies::FILE_NAME),
                problem,
            })?;
        }
        let file_name = match self.side {
            Side::Wanted(options) => self.artifact(staged, folder, entry, &options.artifacts)?,
            Side::Deployed => match entry.text("distZipFilename") {
                Some(file_name) => Some(file_name.to_owned()),
                None => code::file_name(folder, entry)?,
            },
        };
        match &file_name {
            Some(file_name) => {
                if !code::inject(&mut document, parameters, self.environment, file_name) {
                    staged.notes.push("its template has no `LambdaFunction`, so its code is not deployed".to_owned());
                }
            }
            None => staged.notes.extend(code::without_sources(&document, self.environment)),
        }
        staged.stack.code = file_name.or_else(|| code::recorded_file_name(&document));
        if document != *original {
            let path = staged.stack.template.path.clone();
            staged.stack.template = StagedTemplate::new(path, to_bytes(&document));
        }
        Ok(())
    }

    /// Puts the environment's permission boundary on the roles of the staged copies.
    fn limit_roles(&self, staged: &mut Staged) -> Result<(), Error> {
        let Some(arn) = &self.environment.boundary else { return Ok(()) };
        edit_all(staged, |template| boundary::limited(template, arn))
    }

    /// Keeps what a protected environment holds.
    fn retain(&self, staged: &mut Staged) -> Result<(), Error> {
        let retains = match self.side {
            Side::Wanted(_) => self.environment.protected,
            Side::Deployed => retention::is_deployed(self.recorded),
        };
        if retains { edit_all(staged, retention::retaining) } else { Ok(()) }
    }

    /// Names the region's partition and addresses in the staged copies, which are written for the commercial ones.
    fn localize(&self, staged: &mut Staged) -> Result<(), Error> {
        let region = self.environment.region.as_str();
        if amplify_cfn::is_usual(region) {
            return Ok(());
        }
        edit_all(staged, |template| {
            let mut document = template.parse()?.document.clone();
            let changed = amplify_cfn::localize(&mut document, region);
            Ok(changed.then(|| StagedTemplate::new(template.path.clone(), to_bytes(&document))))
        })
    }

    /// The file name of a function's code, and its upload if it is built.
    fn artifact(
        &self,
        staged: &mut Staged,
        folder: &Folder,
        entry: &Entry,
        artifacts: &BTreeMap<(String, String), Artifact>,
    ) -> Result<Option<String>, Error> {
        let Some(artifact) = artifacts.get(&(entry.category.clone(), entry.name.clone())) else {
            return code::file_name(folder, entry);
        };
        let source = Source::File(artifact.path.clone());
        staged.uploads.push(Upload { key: code::key(&artifact.upload_name), source });
        Ok(Some(artifact.upload_name.clone()))
    }
}

/// Edits the copies of a resource's template and of those nested in it.
fn edit_all(
    staged: &mut Staged,
    edited: impl Fn(&StagedTemplate) -> Result<Option<StagedTemplate>, Error>,
) -> Result<(), Error> {
    if let Some(template) = edited(&staged.stack.template)? {
        staged.stack.template = template;
    }
    for (key, child) in &mut staged.stack.children {
        let Some(template) = edited(child)? else { continue };
        for upload in staged.uploads.iter_mut().filter(|upload| upload.key == *key) {
            upload.source = Source::Bytes(template.bytes().to_vec().into());
        }
        *child = template;
    }
    Ok(())
}

/// The template that is deployed: the one that a build made, else the one of the folder.
fn find_template(folder: &Folder, graphql: bool) -> Result<Option<(String, StagedTemplate)>, Error> {
    let build = folder.inside("build");
    if graphql {
        let name = graphql::TEMPLATE.to_owned();
        return match build.path.join(&name).is_file() {
            true => Ok(Some((name.clone(), build.file(&name)?))),
            false => Ok(None),
        };
    }
    match build.template()? {
        Some(found) => Ok(Some(found)),
        None => folder.template(),
    }
}

fn own_parameters(folder: &Folder) -> Result<Parameters, Error> {
    let mut parameters = Parameters::default();
    for folder in [folder.inside("build"), folder.clone()] {
        if let Some(values) = folder.object("parameters.json")? {
            parameters.merge(&values, &format!("{}/parameters.json", folder.relative), "");
            break;
        }
    }
    Ok(parameters)
}

fn undeclared(left_out: &[String]) -> Option<String> {
    // `env` goes to every stack, and the roles to every API; templates that do without are usual.
    let usual = ["env", "authRoleName", "unauthRoleName", "CreateAPIKey", "S3DeploymentBucket", "S3DeploymentRootKey"];
    let names: Vec<String> =
        left_out.iter().filter(|name| !usual.contains(&name.as_str())).map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => None,
        names => Some(format!("its template declares no parameter {}, so the value is not used", names.join(", "))),
    }
}

fn to_bytes(document: &Value) -> Vec<u8> {
    let mut bytes = format!("{document:#}").into_bytes();
    bytes.push(b'\n');
    bytes
}
