//! Keys of templates in the deployment bucket, so that no two resources share one.

use std::collections::HashSet;

/// Chooses keys. Those in use are claimed first, so that a resource keeps its key.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    taken: HashSet<String>,
}

impl Keys {
    /// Takes a key that was used before; `false` if it is taken.
    pub fn claim(&mut self, key: &str) -> bool {
        self.taken.insert(key.to_owned())
    }

    /// A key for a new template: the original's form, with the resource's name inserted where that is taken.
    pub fn choose(&mut self, category: &str, resource: &str, file_name: &str) -> String {
        let plain = format!("amplify-cfn-templates/{category}/{file_name}");
        if self.claim(&plain) {
            return plain;
        }
        let own = format!("amplify-cfn-templates/{category}/{resource}/{file_name}");
        self.taken.insert(own.clone());
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_file_of_a_name_gets_the_resources_name() {
        let mut keys = Keys::default();
        assert_eq!(keys.choose("storage", "a", "template.json"), "amplify-cfn-templates/storage/template.json");
        assert_eq!(keys.choose("storage", "b", "template.json"), "amplify-cfn-templates/storage/b/template.json");
        assert_eq!(keys.choose("hosting", "b", "template.json"), "amplify-cfn-templates/hosting/template.json");
    }
}
