//! Deletes an environment with everything in it.

use std::io;

use crate::{
    Error, LocalCloud,
    deploy::{Event, Observer, PATIENCE},
    handlers::STACK,
    lock::Lock,
    store,
};

impl LocalCloud {
    /// Deletes the environment: its stacks, and the data of its buckets and tables, also what policies retain. Fine if
    /// there is none.
    ///
    /// Its state goes first; an interrupted deletion is brought to its end by the next deployment or deletion.
    ///
    /// # Errors
    /// Another process uses the environment, or a file cannot be deleted.
    pub fn destroy(&self, observer: &mut dyn Observer) -> Result<(), Error> {
        if !self.paths.root().exists() {
            return Ok(());
        }
        let deploying = Lock::take(&self.paths.deploy_lock(), "a deletion", PATIENCE)?;
        let serving = Lock::take(&self.paths.data_lock(), "a deletion", PATIENCE)?;
        // A damaged state must not stand in the way of deleting it.
        let state = self.state().unwrap_or_default();
        if observer.cancelled() {
            return Err(Error::Cancelled);
        }
        let stack = state.and_then(|state| state.stack);
        let mut gone = Vec::new();
        if let Some(stack) = &stack {
            stack.walk("", &mut |path, resource| gone.push((path.to_owned(), resource.resource_type.clone())));
        }
        let mut tell = |path: &str, resource_type: &str, status| {
            observer.event(&Event { path: path.into(), resource_type: resource_type.into(), status, reason: None });
        };
        if let Some(stack) = &stack {
            tell(&stack.name, STACK, "DELETE_IN_PROGRESS");
        }
        self.empty_trash()?;
        for (path, resource_type) in gone.iter().rev() {
            tell(path, resource_type, "DELETE_COMPLETE");
        }
        if let Some(stack) = &stack {
            tell(&stack.name, STACK, "DELETE_COMPLETE");
        }
        drop((deploying, serving));
        // Its parents are the project's; and it may hold files that are not ours.
        match fs_err::remove_dir(self.paths.root()) {
            Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Moves everything into the trash, the state first, and deletes it.
    pub(crate) fn empty_trash(&self) -> Result<(), Error> {
        let paths = &self.paths;
        let trash = paths.trash();
        fs_err::create_dir_all(&trash)?;
        let all = [
            paths.state(),
            paths.journal(),
            paths.serving(),
            paths.buckets(),
            paths.tables(),
            paths.functions(),
            paths.identities(),
        ];
        for path in all {
            let Some(name) = path.file_name() else { continue };
            let target = trash.join(name);
            if path.exists() {
                store::remove_folder(&target).or_else(|_| store::remove_file(&target))?;
                fs_err::rename(&path, target)?;
            }
        }
        Ok(store::remove_folder(&trash)?)
    }
}
