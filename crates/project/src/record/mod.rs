//! The record of a deployment: what `#current-cloud-backend` holds, as one value that can be published and fetched.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use fs_err as fs;
use serde_json::Value;

use crate::{
    AmplifyMeta, BackendConfig, Content, Error, Transaction,
    environments::DeployedBackend,
    paths::relative,
    transaction,
    tree::{self, Kind, MAX_DEPTH},
};

mod archive;
mod values;

pub use values::DeployedValues;

/// Name of the published record.
pub const ARCHIVE: &str = "#current-cloud-backend.zip";
/// Name of the root template, in the record and in a deployment bucket.
pub const ROOT_TEMPLATE: &str = "nested-cloudformation-stack.yml";

/// Where the root template lies in a record: where `amplify/backend` has it, so that whoever unpacks the record there finds
/// it in its place.
const ROOT_TEMPLATE_INSIDE: &str = "awscloudformation/nested-cloudformation-stack.yml";
/// Where the values of the environment lie in a record: beside the root template, which git and the original CLI leave alone.
const VALUES_INSIDE: &str = "awscloudformation/environment-values.json";
const META: &str = "amplify-meta.json";
const BACKEND_CONFIG: &str = "backend-config.json";

/// The files of a record by their paths below `#current-cloud-backend`, with forward slashes; and its folders, since empty
/// ones are kept, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    files: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<String>,
}

impl Record {
    /// What a folder such as `#current-cloud-backend` holds, without what tools built there. `root_template` is the template
    /// that was deployed with it.
    ///
    /// # Errors
    /// A folder or file that cannot be read.
    pub fn of_folder(folder: &Path, root_template: Option<Vec<u8>>) -> Result<Self, Error> {
        let mut record = Self::default();
        if folder.is_dir() {
            record.collect(folder, "", 0)?;
        }
        if let Some(template) = root_template {
            record.folders.extend(ROOT_TEMPLATE_INSIDE.split_once('/').map(|(folder, _)| folder.to_owned()));
            record.files.insert(ROOT_TEMPLATE_INSIDE.to_owned(), template);
        }
        Ok(record)
    }

    /// The same record with the values that its resources were deployed with, as [`DeployedValues::to_bytes`] has them.
    #[must_use]
    pub fn with_values(mut self, values: Option<Vec<u8>>) -> Self {
        if let Some(values) = values {
            self.folders.extend(VALUES_INSIDE.split_once('/').map(|(folder, _)| folder.to_owned()));
            self.files.insert(VALUES_INSIDE.to_owned(), values);
        }
        self
    }

    /// What `#current-cloud-backend` will hold once a transaction is done.
    ///
    /// # Errors
    /// A folder or file that cannot be read.
    pub fn of_transaction(transaction: &Transaction<'_>) -> Result<Self, Error> {
        let mut record = Self::default();
        for path in transaction.list(relative::CLOUD_BACKEND)? {
            let content = transaction.read(&format!("{}/{path}", relative::CLOUD_BACKEND))?;
            record.files.extend(content.filter(|_| !is_built(&path)).map(|content| (path, content)));
        }
        if let Some(template) = transaction.read(relative::ROOT_TEMPLATE)? {
            record.files.insert(ROOT_TEMPLATE_INSIDE.to_owned(), template);
        }
        Ok(record.with_values(transaction.read(relative::DEPLOYED_VALUES)?))
    }

    /// Reads a published record. Nothing in it is trusted: paths that lead elsewhere, links, doubled names and sizes beyond
    /// reason are refused.
    ///
    /// # Errors
    /// [`Error::Record`].
    pub fn from_archive(bytes: &[u8]) -> Result<Self, Error> {
        archive::read(bytes)
    }

    /// The record as it is published: the same bytes for the same content, whenever and wherever it is made.
    ///
    /// # Errors
    /// [`Error::Record`] for more than an archive can hold.
    pub fn to_archive(&self) -> Result<Vec<u8>, Error> {
        archive::write(self)
    }

    /// The files, but for the root template and the environment's values.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .filter(|(path, _)| *path != ROOT_TEMPLATE_INSIDE && *path != VALUES_INSIDE)
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// One file.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// The template that was deployed, if the record holds it.
    pub fn root_template(&self) -> Option<&[u8]> {
        self.file(ROOT_TEMPLATE_INSIDE)
    }

    /// The values that the resources were deployed with; `None` in a record of the original CLI.
    ///
    /// # Errors
    /// [`Error::Record`] for values of another form.
    pub fn values(&self) -> Result<Option<DeployedValues>, Error> {
        self.file(VALUES_INSIDE).map(|bytes| DeployedValues::parse(bytes, VALUES_INSIDE)).transpose()
    }

    /// The documents of the record.
    ///
    /// # Errors
    /// [`Error::Record`] without `amplify-meta.json`, or a document that cannot be read.
    pub fn deployed(&self) -> Result<DeployedBackend, Error> {
        let meta = self.file(META).ok_or_else(|| damaged(META, "it is missing"))?;
        let meta = AmplifyMeta::parse(meta, Path::new(relative::CLOUD_META))?;
        let config = |bytes| BackendConfig::parse(bytes, Path::new(relative::CLOUD_BACKEND_CONFIG));
        Ok(DeployedBackend { meta, backend_config: self.file(BACKEND_CONFIG).map(config).transpose()? })
    }

    /// Whether two records say the same of what is deployed. How documents are laid out does not matter, and neither does
    /// a root template, or values, that only one of them holds.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let paths = |record: &Self| -> Vec<String> { record.files().map(|(path, _)| path.to_owned()).collect() };
        let values = self.file(VALUES_INSIDE).zip(other.file(VALUES_INSIDE));
        paths(self) == paths(other)
            && values.is_none_or(|(ours, theirs)| ours == theirs || same_json(ours, theirs))
            && self.files().zip(other.files()).all(|((path, ours), (_, theirs))| {
                ours == theirs || matches!(path, META | BACKEND_CONFIG) && same_json(ours, theirs)
            })
    }

    /// Makes `#current-cloud-backend`, the recorded root template and the recorded values what the record says. `root_template` takes the place
    /// of one that the record lacks.
    ///
    /// # Errors
    /// A path that cannot be written.
    pub fn store(&self, transaction: &mut Transaction<'_>, root_template: Option<&[u8]>) -> Result<(), Error> {
        let files = self.files().map(|(path, bytes)| (path.to_owned(), Content::from(bytes))).collect();
        transaction.replace_dir(relative::CLOUD_BACKEND, files)?;
        match self.file(VALUES_INSIDE) {
            Some(values) => transaction.write(relative::DEPLOYED_VALUES, values)?,
            None => transaction.delete_file(relative::DEPLOYED_VALUES)?,
        }
        match self.root_template().or(root_template) {
            Some(template) => transaction.write(relative::ROOT_TEMPLATE, template),
            None => transaction.delete_file(relative::ROOT_TEMPLATE),
        }
    }

    fn collect(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep { path: folder.to_owned() });
        }
        for item in tree::items(folder)? {
            let path = format!("{prefix}{}", item.name);
            let there = folder.join(&item.os_name);
            match item.kind {
                Kind::Folder if is_left_out(&path) => {}
                Kind::Folder => {
                    self.collect(&there, &format!("{path}/"), depth + 1)?;
                    self.folders.insert(path);
                }
                Kind::File => {
                    self.files.insert(path, fs::read(&there).map_err(Error::io("read", &there))?);
                }
            }
        }
        Ok(())
    }
}

/// Whether a file, by its path below `#current-cloud-backend` or `backend`, lies where tools put what they build.
pub fn is_built(path: &str) -> bool {
    transaction::parents(path).any(is_left_out)
}

/// Folders that the original leaves out of a record: what tools built, but for GraphQL APIs, whose former build the next one is
/// checked against. Git's own folder is nobody's to publish.
fn is_left_out(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., ".git"] => true,
        [category, _, "build"] => *category != "api",
        [_, _, "dist"] => true,
        ["function", _, "src", "node_modules"] => true,
        _ => false,
    }
}

fn same_json(a: &[u8], b: &[u8]) -> bool {
    let parse = |bytes| serde_json::from_slice::<Value>(bytes).ok();
    parse(a).is_some_and(|a| parse(b).is_some_and(|b| a == b))
}

pub(crate) fn damaged(entry: &str, reason: &str) -> Error {
    Error::Record { entry: entry.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, content) in [
            ("amplify-meta.json", r#"{"providers": {}, "storage": {"photos": {"service": "S3"}}}"#),
            ("backend-config.json", "{}"),
            ("storage/photos/parameters.json", "{}"),
            ("function/hello/src/.hidden", "x"),
            ("function/hello/src/node_modules/x/index.js", "left out"),
            ("function/hello/dist/latest-build.zip", "left out"),
            ("function/hello/build/x", "left out"),
            ("api/shop/build/schema.graphql", "kept"),
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        fs::create_dir_all(dir.path().join("api/shop/resolvers")).unwrap();
        dir
    }

    #[test]
    fn what_tools_built_is_left_out_but_for_apis() {
        let record = Record::of_folder(folder().path(), Some(b"root".to_vec())).unwrap();
        let paths: Vec<&str> = record.files().map(|(path, _)| path).collect();
        assert_eq!(
            paths,
            [
                "amplify-meta.json",
                "api/shop/build/schema.graphql",
                "backend-config.json",
                "function/hello/src/.hidden",
                "storage/photos/parameters.json",
            ]
        );
        assert_eq!(record.root_template(), Some(b"root".as_slice()));
        assert!(record.folders.contains("api/shop/resolvers"), "empty folders are kept");
        assert!(record.deployed().unwrap().meta.contains("storage", "photos"));
    }

    #[test]
    fn the_layout_of_documents_and_the_root_template_do_not_matter() {
        let one = Record::of_folder(folder().path(), None).unwrap();
        let other = folder();
        fs::write(
            other.path().join("amplify-meta.json"),
            "{\n\t\"providers\": {},\n\t\"storage\": {\"photos\": {\"service\": \"S3\"}}\n}",
        )
        .unwrap();
        assert!(one.says_the_same_as(&Record::of_folder(other.path(), Some(b"root".to_vec())).unwrap()));
        fs::write(other.path().join("storage/photos/parameters.json"), "{ }").unwrap();
        assert!(!one.says_the_same_as(&Record::of_folder(other.path(), None).unwrap()));
    }

    #[test]
    fn values_are_published_beside_the_root_template_and_are_no_file_of_the_backend() {
        let mut values = DeployedValues::default();
        values.set("queue", "jobs", serde_json::json!({ "delay": 1 }).as_object().unwrap().clone());
        let plain = Record::of_folder(folder().path(), None).unwrap();
        assert!(plain.values().unwrap().is_none());
        let record = plain.clone().with_values(Some(values.to_bytes()));
        let read = Record::from_archive(&record.to_archive().unwrap()).unwrap();
        assert_eq!(read.values().unwrap().unwrap(), values);
        assert_eq!(read.files().count(), plain.files().count());
        assert!(read.says_the_same_as(&plain), "a record without values says nothing of them");
        let other = plain.with_values(Some(DeployedValues::default().to_bytes()));
        assert!(!read.says_the_same_as(&other));
        let broken = other.with_values(Some(b"{}".to_vec()));
        assert_eq!(broken.values().unwrap_err().code(), "record-damaged");
    }

    #[test]
    fn no_folder_is_an_empty_record() {
        let record = Record::of_folder(Path::new("/nowhere/at/all"), None).unwrap();
        assert_eq!(record.files().count(), 0);
        assert_eq!(record.deployed().unwrap_err().code(), "record-damaged");
    }
}
