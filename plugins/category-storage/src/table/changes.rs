//! From the answers about a new table to the files that hold them.

use amplify_sdk::prelude::*;

use super::{SERVICE, template::NewTable, template_file, trigger};
use crate::service::{self, CATEGORY, PARAMETERS_FILE, STORAGE_PARAMS_FILE};

impl NewTable {
    /// All that is written for it. `triggers` are the functions that its stream calls.
    pub fn changes(&self, triggers: &[String]) -> Changes {
        let name = &self.resource;
        let mut storage_params = JsonMap::new();
        trigger::remember(&mut storage_params, triggers);
        Changes::new()
            .add_resource(CATEGORY, name, service::entry(SERVICE, Vec::new()))
            .json(CATEGORY, name, &template_file(name), self.template())
            .json(CATEGORY, name, PARAMETERS_FILE, self.parameters().into())
            .json(CATEGORY, name, STORAGE_PARAMS_FILE, storage_params.into())
    }
}
