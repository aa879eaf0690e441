//! The names that the original gives to what it makes.

/// Names made from the project's name and an id of eight hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The project's name, lower-case letters and digits only.
    pub project: String,
    /// The id.
    pub id: String,
}

impl Names {
    /// Names for a project.
    pub fn new(project: &str, id: String) -> Self {
        let project = project.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        Self { project, id }
    }

    /// The name of the resource.
    pub fn resource(&self) -> String {
        format!("{}{}", self.project, self.id)
    }

    /// The beginning of the names of roles and clients.
    pub fn truncated(&self) -> String {
        format!("{}{}", self.project.chars().take(6).collect::<String>(), self.id)
    }

    /// The user pool's name, without the environment's.
    pub fn user_pool(&self) -> String {
        format!("{}_userpool_{}", self.resource(), self.id)
    }

    /// The identity pool's name, without the environment's.
    pub fn identity_pool(&self) -> String {
        format!("{}_identitypool_{}", self.resource(), self.id)
    }

    /// The role that the original gives to a function of its own. Nothing uses it here, but it is a parameter.
    pub fn client_role(&self) -> String {
        let start: String = self.resource().chars().take(6).collect();
        format!("{start}{}_userpoolclient_lambda_role", self.id)
    }

    /// The prefix of the hosted pages' domain, without the environment's name.
    pub fn domain(&self) -> String {
        format!("{}-{}", self.resource(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_originals_names() {
        let names = Names::new("App4", "491f7e83".into());
        assert_eq!(names.resource(), "app4491f7e83");
        assert_eq!(names.truncated(), "app4491f7e83");
        assert_eq!(names.user_pool(), "app4491f7e83_userpool_491f7e83");
        assert_eq!(names.identity_pool(), "app4491f7e83_identitypool_491f7e83");
        assert_eq!(names.client_role(), "app449491f7e83_userpoolclient_lambda_role");
        let names = Names::new("custom-authentication", "77ca6460".into());
        assert_eq!(names.client_role(), "custom77ca6460_userpoolclient_lambda_role");
    }
}
