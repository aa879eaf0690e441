//! A text that stands for all that a deployment is made of, to tell whether two are the same.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Assembly, Error, Source};

impl Assembly {
    /// The SHA-256 of its templates, parameters, tags and files, in hexadecimal.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn digest(&self) -> Result<String, Error> {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        };
        add(self.stack_name.as_bytes());
        add(self.template.to_string().as_bytes());
        add(Value::Object(self.parameters.clone()).to_string().as_bytes());
        for tag in &self.tags {
            add(tag.key.as_bytes());
            add(tag.value.as_bytes());
        }
        for stack in &self.stacks {
            add(stack.logical_id.as_bytes());
            add(stack.template.bytes());
            for (key, child) in &stack.children {
                add(key.as_bytes());
                add(child.bytes());
            }
        }
        for upload in &self.uploads {
            add(upload.key.as_bytes());
            match &upload.source {
                // What is compiled for a plan lies here only as long as that; its key tells one version from another.
                Source::File(path) if !path.exists() => {}
                Source::File(path) => add(&fs_err::read(path)?),
                Source::Bytes(bytes) => add(bytes),
            }
        }
        Ok(hex::encode(hash.finalize()))
    }
}
