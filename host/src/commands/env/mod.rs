//! `amplify env`: the environments of a project.

mod add;
mod checkout;
mod get;
mod list;
mod secret;

pub use add::Add;
pub use checkout::Checkout;
pub use get::Get;
pub use list::List;
pub use secret::Secret;
