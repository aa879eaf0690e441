//! `amplify plugin`: the plugins, for those who write them and those who use them.

mod add;
mod build;
mod configure;
mod init;
mod install;
mod list;
mod outdated;
mod package;
mod publish;
mod remove;
mod rendering;
mod scan;
mod update;
mod verify;

pub use add::Add;
pub use build::Build;
pub use configure::Configure;
pub use init::Init;
pub use install::Install;
pub use list::List;
pub use outdated::Outdated;
pub use package::Package;
pub use publish::Publish;
pub use remove::Remove;
pub use scan::Scan;
pub use update::Update;
pub use verify::Verify;
