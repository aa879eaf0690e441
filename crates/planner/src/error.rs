//! What can go wrong while a project folder becomes a deployment.

use std::fmt;

/// A reference from one resource's stack to another's, and where it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The referring resource, `category/name`.
    pub from: String,
    /// The resource referred to, `category/name`.
    pub to: String,
    /// File that holds the reference, relative to the project's root.
    pub file: String,
    /// Key in that file.
    pub key: String,
}

impl fmt::Display for Edge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` needs `{}` ({}: {})", self.from, self.to, self.file, self.key)
    }
}

/// Why a project cannot be assembled or planned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A `custom-policies.json` that cannot be merged into the function's template.
    #[error("`{path}`: {problem}")]
    CustomPolicies {
        /// Path relative to the project's root.
        path: String,
        /// What is wrong in it.
        problem: String,
    },
    /// Nested stacks that need each other's outputs.
    #[error("resources need each other in a circle: {}", edges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Cycle {
        /// The circle, edge by edge; the last one ends where the first begins.
        edges: Vec<Edge>,
    },
    /// A deployed resource whose template is neither in the project nor in `#current-cloud-backend`, so that it can be
    /// neither updated nor left as it is.
    #[error("`{resource}` is deployed, but its template is gone from the project and from `#current-cloud-backend`")]
    DeployedUnknown {
        /// `category/name`.
        resource: String,
        /// Why the project has no template for it.
        reason: String,
    },
    /// A template that cannot be evaluated.
    #[error("cannot evaluate the template of `{resource}`")]
    Evaluate {
        /// `category/name`, with the path of a nested stack inside it.
        resource: String,
        /// Why.
        #[source]
        source: Box<amplify_cfn::EvalError>,
    },
    /// A document of a resource folder that is no JSON object, or not the JSON expected there.
    #[error("`{path}` is not {expected}")]
    Malformed {
        /// Path relative to the project's root.
        path: String,
        /// What it should be, such as `a JSON object`.
        expected: &'static str,
        /// The parser's word, if it is no JSON at all.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// A reference to a resource that does not exist.
    #[error("{edge}, which does not exist")]
    MissingDependency {
        /// The reference.
        edge: Box<Edge>,
    },
    /// A reference to an output that the other resource's template does not have.
    #[error("{edge}, whose template has no output `{output}`")]
    MissingOutput {
        /// The reference.
        edge: Box<Edge>,
        /// The output that was asked for.
        output: String,
        /// The outputs that exist.
        known: Vec<String>,
    },
    /// The project folder could not be read as such.
    #[error(transparent)]
    Project(#[from] amplify_project::Error),
    /// A file could not be read.
    #[error("cannot read the backend")]
    Read(#[from] std::io::Error),
    /// Two resources that would have the same logical id in the root stack.
    #[error("`{first}` and `{second}` would both be `{logical_id}` in the root stack")]
    SameLogicalId {
        /// `category/name` of one.
        first: String,
        /// `category/name` of the other.
        second: String,
        /// The id they share.
        logical_id: String,
    },
    /// Secrets that resources need, and that the environment does not have.
    #[error("the environment `{environment}` lacks {}", names.iter().map(|name| format!("the secret `{name}`")).collect::<Vec<_>>().join(", "))]
    SecretsMissing {
        /// The environment.
        environment: String,
        /// The secrets, `<category>/<resource>/<key>`.
        names: Vec<String>,
    },
    /// A folder with more than one template.
    #[error("`{folder}` holds several templates: {}", files.join(", "))]
    SeveralTemplates {
        /// The folder, relative to the project's root.
        folder: String,
        /// The files whose names contain `template`.
        files: Vec<String>,
    },
    /// Tags that AWS would refuse.
    #[error("`{path}` holds tags that a stack cannot have")]
    Tags {
        /// Path relative to the project's root.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A template that cannot be parsed.
    #[error("`{path}` is not a CloudFormation template")]
    Template {
        /// Path relative to the project's root.
        path: String,
        /// Why.
        #[source]
        source: Box<amplify_cfn::ParseError>,
    },
}

impl Error {
    /// Stable kebab-case code of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::CustomPolicies { .. } => "custom-policies",
            Error::Cycle { .. } => "resource-cycle",
            Error::DeployedUnknown { .. } => "deployed-template-unknown",
            Error::Evaluate { .. } => "template-evaluation",
            Error::Malformed { .. } => "malformed-document",
            Error::MissingDependency { .. } => "missing-dependency",
            Error::MissingOutput { .. } => "missing-output",
            Error::Project(error) => error.code(),
            Error::Read(_) => "backend-unreadable",
            Error::SameLogicalId { .. } => "same-logical-id",
            Error::SecretsMissing { .. } => "secrets-missing",
            Error::SeveralTemplates { .. } => "several-templates",
            Error::Tags { .. } => "tags-invalid",
            Error::Template { .. } => "template-invalid",
        }
    }

    /// What the user can do about it.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Error::CustomPolicies { path, .. } => vec![format!("correct the statements in `{path}`")],
            Error::Cycle { edges } => vec![format!(
                "remove one of these {} references, or move what both sides need into a resource of its own",
                edges.len()
            )],
            Error::DeployedUnknown { reason, .. } => vec![reason.clone()],
            Error::Evaluate { source, .. } => source.hints(),
            Error::Malformed { path, .. } => {
                vec![format!("restore it with `git checkout -- '{path}'`, or correct it by hand")]
            }
            Error::MissingDependency { edge } => match edge.to.split_once('/') {
                Some((category, _)) => vec![format!(
                    "add the resource (`amplify add {category}`), or take the reference out of {}",
                    edge.file
                )],
                None => vec![format!("take the reference out of {}, or correct the name in it", edge.file)],
            },
            Error::MissingOutput { known, .. } if known.is_empty() => {
                vec!["the template has no outputs at all; add one under `Outputs`".to_owned()]
            }
            Error::MissingOutput { known, edge, .. } => {
                let mut hints = vec![format!("its outputs are: {}", known.join(", "))];
                if let Some((category, _)) = edge.from.split_once('/') {
                    hints.push(format!(
                        "`amplify update {category}` asks again what `{}` needs; or correct the name in {}",
                        edge.from, edge.file
                    ));
                }
                hints
            }
            Error::Project(error) => error.hints(),
            Error::Read(_) => vec!["check the permissions of the `amplify` folder".to_owned()],
            Error::SameLogicalId { second, .. } => {
                vec![format!("rename `{second}`: a logical id is category and name together")]
            }
            Error::SecretsMissing { .. } => {
                vec!["`amplify env secret` asks for each of them and hands it to the environment's provider".to_owned()]
            }
            Error::SeveralTemplates { .. } => {
                vec!["keep one; rename the others so that their names do not contain `template`".to_owned()]
            }
            Error::Tags { problem, .. } => vec![problem.clone()],
            Error::Template { path, .. } => {
                vec![format!("correct `{path}`, or restore it with `git checkout -- '{path}'`")]
            }
        }
    }
}
