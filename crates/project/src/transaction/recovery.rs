//! What the next command does about a transaction that was interrupted.

use fs_err as fs;

use super::{
    apply,
    journal::{Journal, Workshop},
};
use crate::{Error, Paths, failpoint, tree_lock};

/// Whether an interrupted transaction has passed its decision, so that the files on disk may be a mixture.
pub(crate) fn is_decided(paths: &Paths) -> bool {
    let workshop = Workshop::of(paths);
    // Told apart by one look in the usual case.
    workshop.folder.exists() && (workshop.journal().exists() || workshop.rollback().exists())
}

/// Finishes a decided transaction, goes on undoing one that was being undone, throws away one that was not decided.
/// The caller holds the project's lock. It may be interrupted itself, at any point.
pub(crate) fn recover(paths: &Paths) -> Result<(), Error> {
    let workshop = Workshop::of(paths);
    if !workshop.folder.exists() {
        return Ok(());
    }
    let _guard = tree_lock::write(&paths.amplify())?;
    if workshop.rollback().exists() {
        let journal = Journal::read(workshop.rollback())?;
        apply::backward(paths, &workshop, &journal)?;
    } else if workshop.journal().exists() {
        let journal = Journal::read(workshop.journal())?;
        let forward = if apply::is_intact(&workshop, &journal) {
            apply::forward(paths, &workshop, &journal).is_ok()
        } else {
            false
        };
        if !forward {
            apply::turn_back(&workshop)?;
            apply::backward(paths, &workshop, &journal)?;
        }
    }
    sweep(&workshop);
    Ok(())
}

/// Throws away a transaction that was not decided.
pub(super) fn discard(paths: &Paths) {
    sweep(&Workshop::of(paths));
}

/// Removes the workshop, where no journal speaks for it any more. What stays is removed by the next command.
pub(super) fn sweep(workshop: &Workshop) {
    if failpoint::hit("sweep").is_ok() {
        let _ = fs::remove_dir_all(&workshop.folder);
    }
}
