//! From the answers about a new table to the files that hold them.

use amplify_sdk::prelude::*;
use serde_json::json;

use super::{SERVICE, template::NewTable, template_file};
use crate::service::{self, CATEGORY, PARAMETERS_FILE, STORAGE_PARAMS_FILE};

impl NewTable {
    /// All that is written for it.
    pub fn changes(&self) -> Changes {
        let name = &self.resource;
        Changes::new()
            .add_resource(CATEGORY, name, service::entry(SERVICE, Vec::new()))
            .json(CATEGORY, name, &template_file(name), self.template())
            .json(CATEGORY, name, PARAMETERS_FILE, self.parameters().into())
            .json(CATEGORY, name, STORAGE_PARAMS_FILE, json!({}))
    }
}
