//! `amplify plugin`: the plugins, for those who write them and those who use them.

mod build;
mod init;
mod list;
mod package;
mod rendering;
mod verify;

pub use build::Build;
pub use init::Init;
pub use list::List;
pub use package::Package;
pub use verify::Verify;
