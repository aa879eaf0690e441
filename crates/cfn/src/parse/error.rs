//! What can be wrong with a template before anything is evaluated.

use std::fmt;

use thiserror::Error;

/// A place in a template's text, both counted from 1; columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The notation that a template is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Yaml,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
        })
    }
}

/// One part of a template that has not the form CloudFormation requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StructureProblem {
    /// The key path, such as `Resources.Table.DependsOn[0]`; empty for the document itself.
    pub path: String,
    /// Where that is in the text, when the template came from text.
    pub at: Option<Position>,
    /// What is wrong there.
    pub message: String,
    /// What could be written instead.
    pub hint: Option<String>,
}

impl fmt::Display for StructureProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}", self.path)?;
            if let Some(at) = self.at {
                write!(f, " ({at})")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Aliases multiply the document beyond what a template can hold.
    #[error("`{template}`:{at}: the aliases of the document expand to more than {maximum} values")]
    AliasExpansion { template: String, at: Position, maximum: usize },
    /// An object has the same key twice.
    #[error("`{template}`:{at}: the key `{key}` appears twice in one object")]
    DuplicateKey { template: String, at: Position, key: String },
    /// The text holds nothing.
    #[error("`{template}` is empty")]
    Empty { template: String },
    /// Some sections do not have the form they need; at least one problem and at most 200.
    #[error("`{template}` is not a valid CloudFormation template{}", lines(.problems))]
    Structure { template: String, problems: Vec<StructureProblem> },
    /// The text is neither good JSON nor good YAML.
    #[error("`{template}`:{at}: not valid {format}: {detail}")]
    Syntax { template: String, format: Format, at: Position, detail: String },
    /// Arrays and objects nest too deep.
    #[error("`{template}`{}: nested deeper than {maximum} levels", place(.at))]
    TooDeep { template: String, at: Option<Position>, maximum: usize },
    /// A YAML tag that is no short form of CloudFormation.
    #[error("`{template}`:{at}: unknown tag `{tag}`")]
    UnknownTag { template: String, at: Position, tag: String, nearest: Option<String> },
}

fn place(at: &Option<Position>) -> String {
    at.map(|at| format!(":{at}")).unwrap_or_default()
}

fn lines(problems: &[StructureProblem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

impl ParseError {
    /// A stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AliasExpansion { .. } => "template-alias-expansion",
            Self::DuplicateKey { .. } => "template-duplicate-key",
            Self::Empty { .. } => "template-empty",
            Self::Structure { .. } => "template-structure",
            Self::Syntax { .. } => "template-syntax",
            Self::TooDeep { .. } => "template-too-deep",
            Self::UnknownTag { .. } => "template-unknown-tag",
        }
    }

    /// What to do about it.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::AliasExpansion { .. } => vec!["write the repeated parts out, or share fewer of them".to_owned()],
            Self::DuplicateKey { key, .. } => vec![format!("remove or rename one of the two `{key}`")],
            Self::Empty { template } => vec![format!("write a template with a `Resources` section into `{template}`")],
            Self::Structure { problems, .. } => problems.iter().filter_map(|problem| problem.hint.clone()).collect(),
            Self::Syntax { template, at, .. } => vec![format!("correct `{template}` at line {}", at.line)],
            Self::TooDeep { .. } => vec!["flatten the template, or move a part of it to a nested stack".to_owned()],
            Self::UnknownTag { nearest: Some(nearest), .. } => vec![format!("did you mean `{nearest}`?")],
            Self::UnknownTag { .. } => vec!["quote the value when it is meant as text".to_owned()],
        }
    }
}
