//! `AWS::Lambda::Function`: its code, unpacked where it can be started.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Deletion, Made, Reason, Request, ResourceHandler, Workshop, shapes};
use crate::{invoke::Runtime, store};

/// The fact that names the folder of the code, relative to the environment's folder of functions.
pub(crate) const CODE: &str = "code";

pub(super) struct Function;

impl ResourceHandler for Function {
    fn physical_id(&self, request: &Request<'_>) -> Result<String, Reason> {
        let name = shapes::name(request, "FunctionName", 64);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.len() > 64 || !name.bytes().all(plain) {
            return Err(format!("`{name}` is no function name: at most 64 letters, digits, hyphens and underscores"));
        }
        Ok(name)
    }

    fn exists(&self, workshop: &mut Workshop, physical_id: &str) -> Result<bool, Reason> {
        Ok(workshop.paths.functions().join(physical_id).is_dir())
    }

    fn create(&self, workshop: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        let folder = workshop.paths.functions().join(physical_id);
        let code = unpack(workshop, request.properties, &folder)?;
        let arn = format!("arn:aws:lambda:{}:{}:function:{physical_id}", request.region, request.account_id);
        let mut made = Made { reference: json!(physical_id), ..Made::default() };
        made.attributes.insert("Arn".into(), json!(arn));
        made.facts = Map::from_iter([(CODE.to_owned(), json!(format!("{physical_id}/{code}")))]);
        Ok(made)
    }

    fn update(&self, workshop: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        // New code lies beside the old one, which is swept when the deployment is committed.
        self.create(workshop, request, physical_id)
    }

    fn delete(&self, workshop: &mut Workshop, physical_id: &str, _: Deletion) -> Result<(), Reason> {
        store::remove_folder(&workshop.paths.functions().join(physical_id)).map_err(|error| error.to_string())
    }
}

/// Unpacks the code into a folder named by its content, below `folder`; gives back that name.
fn unpack(workshop: &Workshop, properties: &Value, folder: &Path) -> Result<String, Reason> {
    let code = properties.get("Code").ok_or("the property `Code` is missing")?;
    let fail = |error: io::Error| error.to_string();
    if let Some(text) = code.get("ZipFile").and_then(Value::as_str) {
        let runtime = properties.get("Runtime").and_then(Value::as_str).unwrap_or_default();
        let file = match Runtime::parse(runtime) {
            Ok(Runtime::Python) => "index.py",
            _ => "index.js",
        };
        let name = hash(text.as_bytes());
        return place(folder, &name, |target| fs_err::write(target.join(file), text)).map_err(fail);
    }
    let text = |key: &str| code.get(key).and_then(Value::as_str);
    let (Some(bucket), Some(key)) = (text("S3Bucket"), text("S3Key")) else {
        return Err("the property `Code` names neither an object nor inline code".into());
    };
    let Some(archive) = workshop.object(bucket, key) else {
        if workshop.knows(bucket) {
            return Err(format!("there is no object `{key}` in the bucket `{bucket}`"));
        }
        let (file, text) = absent(properties, bucket, key);
        let name = hash(text.as_bytes());
        return place(folder, &name, |target| fs_err::write(target.join(&file), &text)).map_err(fail);
    };
    let bytes = fs_err::read(&archive).map_err(fail)?;
    let name = hash(&bytes);
    place(folder, &name, |target| extract(&bytes, target))
        .map_err(|error| format!("`{key}` cannot be unpacked: {error}"))
}

/// What stands in for code in a bucket of the real cloud, which is out of reach here: a file that says so when it is run.
fn absent(properties: &Value, bucket: &str, key: &str) -> (String, String) {
    let text = |name: &str| properties.get(name).and_then(Value::as_str).unwrap_or_default();
    let plain = |module: &&str| module.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let module = text("Handler").split('.').next().filter(|module| !module.is_empty()).filter(plain).unwrap_or("index");
    let message = format!("the code of this function is {key} in the bucket {bucket}, which is not on this machine");
    match Runtime::parse(text("Runtime")) {
        Ok(Runtime::Python) => (format!("{module}.py"), format!("raise RuntimeError({})\n", json!(message))),
        _ => (format!("{module}.js"), format!("throw new Error({});\n", json!(message))),
    }
}

/// Fills a folder under another name and renames it, so that a half filled one is never taken for the code.
fn place(folder: &Path, name: &str, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<String> {
    let target = folder.join(name);
    if target.is_dir() {
        return Ok(name.to_owned());
    }
    fs_err::create_dir_all(folder)?;
    let temporary = tempfile::Builder::new().prefix(".new-").tempdir_in(folder)?;
    let content: PathBuf = temporary.path().join("code");
    fs_err::create_dir(&content)?;
    fill(&content)?;
    fs_err::rename(&content, &target)?;
    Ok(name.to_owned())
}

/// Unpacks an archive; entries that would lie outside are refused by the library.
fn extract(bytes: &[u8], target: &Path) -> io::Result<()> {
    zip::ZipArchive::new(io::Cursor::new(bytes))?.extract(target).map_err(io::Error::from)
}

fn hash(bytes: &[u8]) -> String {
    let mut digest = format!("{:x}", Sha256::digest(bytes));
    digest.truncate(16);
    digest
}
