//! `amplify mock`: the deployed environment on this machine, served or run once.

mod function;
mod properties;
mod serve;
mod storage;

pub use function::Function;
pub use serve::Mock;
pub use storage::Storage;
