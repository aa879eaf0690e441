//! Who may do what with the files of a bucket.

/// One of the three kinds of access that are offered. S3 does not tell creating from updating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Write files.
    CreateUpdate,
    /// Read and list files.
    Read,
    /// Delete files.
    Delete,
}

impl Operation {
    /// All of them, in the order of the choices.
    pub const ALL: [Operation; 3] = [Operation::CreateUpdate, Operation::Read, Operation::Delete];

    /// The word in questions and in `storage-params.json`.
    pub fn word(self) -> &'static str {
        match self {
            Operation::CreateUpdate => "create/update",
            Operation::Read => "read",
            Operation::Delete => "delete",
        }
    }

    /// The word of a headless payload.
    pub fn headless_word(self) -> &'static str {
        match self {
            Operation::CreateUpdate => "CREATE_AND_UPDATE",
            Operation::Read => "READ",
            Operation::Delete => "DELETE",
        }
    }

    fn actions(self) -> &'static [&'static str] {
        match self {
            Operation::CreateUpdate => &["s3:PutObject"],
            Operation::Read => &["s3:GetObject", "s3:ListBucket"],
            Operation::Delete => &["s3:DeleteObject"],
        }
    }
}

/// Some of the operations, each once, in the order of the choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations(Vec<Operation>);

impl Operations {
    /// Takes the operations that `allowed` accepts.
    pub fn where_(allowed: impl Fn(Operation) -> bool) -> Self {
        Self(Operation::ALL.into_iter().filter(|operation| allowed(*operation)).collect())
    }

    /// Takes the operations whose words are given; other words are ignored.
    pub fn from_words<S: AsRef<str>>(words: &[S]) -> Self {
        Self::where_(|operation| words.iter().any(|word| word.as_ref() == operation.word()))
    }

    /// Reads back a comma-separated list of actions, as a bucket's parameters hold it.
    pub fn from_action_list(list: &str) -> Self {
        Self::where_(|operation| list.split(',').any(|action| action == operation.actions()[0]))
    }

    /// Whether the operation is among them.
    pub fn includes(&self, operation: Operation) -> bool {
        self.0.contains(&operation)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their words.
    pub fn words(&self) -> Vec<String> {
        self.0.iter().map(|operation| operation.word().to_string()).collect()
    }

    /// All IAM actions they need.
    pub fn actions(&self) -> Vec<&'static str> {
        self.0.iter().flat_map(|operation| operation.actions()).copied().collect()
    }

    /// The IAM actions on files, without the one on the bucket itself.
    pub fn object_actions(&self) -> Vec<&'static str> {
        self.0.iter().map(|operation| operation.actions()[0]).collect()
    }
}

/// What a bucket allows, and to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// By whether somebody has signed in; absent where only groups have access.
    pub users: Option<UserAccess>,
    /// By group of the user pool.
    pub groups: Vec<GroupAccess>,
}

/// Access of everybody who has signed in, and of everybody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserAccess {
    /// Of people who have signed in.
    pub authenticated: Operations,
    /// Of people who have not; absent where they have none.
    pub guest: Option<Operations>,
}

/// Access of a group's members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupAccess {
    /// The group.
    pub group: String,
    /// What its members may do.
    pub operations: Operations,
}

impl Access {
    /// Whether people who have not signed in may do anything.
    pub fn admits_guests(&self) -> bool {
        self.users.as_ref().is_some_and(|users| users.guest.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_in_the_order_of_the_choices() {
        let operations = Operations::from_words(&["delete", "create/update", "delete", "fly"]);
        assert_eq!(operations.words(), ["create/update", "delete"]);
        assert_eq!(operations.actions(), ["s3:PutObject", "s3:DeleteObject"]);
    }

    #[test]
    fn reading_needs_listing_too() {
        let operations = Operations::from_words(&["read"]);
        assert_eq!(operations.actions(), ["s3:GetObject", "s3:ListBucket"]);
        assert_eq!(operations.object_actions(), ["s3:GetObject"]);
    }

    #[test]
    fn parameters_are_read_back() {
        assert_eq!(Operations::from_action_list("s3:PutObject,s3:GetObject").words(), ["create/update", "read"]);
        assert!(Operations::from_action_list("DISALLOW").is_empty());
    }
}
