//! `amplify git`: git and the files that the program writes.

mod merge_file;
mod setup;

pub use merge_file::MergeFile;
pub use setup::Setup;
