//! Why a resource is not deployed, in words.

use crate::{folder::Folder, graphql, resource::Entry};

/// A resource that no provider deploys.
pub(crate) const NO_PROVIDER: &str = "it is not deployed by CloudFormation (its entry has no `providerPlugin`)";

/// Added where an earlier version of the resource is deployed.
pub(crate) const KEPT: &str = "; what is deployed of it stays as it is";

/// Why a resource has no template.
pub(crate) fn without_template(folder: &Folder, entry: &Entry) -> String {
    let has = |name: &str| folder.path.join(name).is_file();
    if !folder.exists() {
        return format!("its folder `{}` does not exist", folder.relative);
    }
    if entry.service() == graphql::SERVICE {
        return format!(
            "its GraphQL schema is not compiled: `{}/build/{}` does not exist",
            folder.relative,
            graphql::TEMPLATE
        );
    }
    if has("cli-inputs.json") {
        return format!(
            "a newer Amplify CLI makes its template from `{}/cli-inputs.json`, and the project does not hold the template",
            folder.relative
        );
    }
    format!("`{}` holds no template (a .json or .yml file with `template` in its name)", folder.relative)
}

/// Why a resource cannot be deployed because another one is not.
pub(crate) fn needs(other: &str) -> String {
    format!("it needs `{other}`, which is not deployed")
}
