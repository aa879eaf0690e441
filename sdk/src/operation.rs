//! The four kinds of access that questions about policies offer: to APIs, and to what functions work with.

/// One of them. Each category says what it stands for: methods of HTTP, or actions of a policy.
///
/// ```
/// use amplify_sdk::operation::Operation;
///
/// let words: Vec<&str> = Operation::ALL.into_iter().map(Operation::word).collect();
/// assert_eq!(words, ["create", "read", "update", "delete"]);
/// assert_eq!(Operation::by_word("read"), Some(Operation::Read));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Make new things.
    Create,
    /// Look at things.
    Read,
    /// Change things.
    Update,
    /// Take things away.
    Delete,
}

impl Operation {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Operation; 4] = [Operation::Create, Operation::Read, Operation::Update, Operation::Delete];

    /// The word in questions, and in what projects record of the answers.
    pub fn word(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::Read => "read",
            Operation::Update => "update",
            Operation::Delete => "delete",
        }
    }

    /// Finds an operation by its word.
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.word() == word)
    }
}
