//! Marks each durable step, so that a test build can count them, die at one, or make one fail.
//!
//! Without the cargo feature `failpoints` a mark does nothing.

/// Called before a durable step. A test may have armed it: then the process dies here, or an error comes back.
///
/// # Errors
/// Only what a test asked for.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub fn hit(_step: &'static str) -> std::io::Result<()> {
    Ok(())
}

#[cfg(feature = "failpoints")]
pub use armed::{Plan, Target, arm, arm_here, disarm, disarm_here, hit, steps, steps_here};

#[cfg(feature = "failpoints")]
mod armed {
    use std::{
        cell::RefCell,
        io,
        str::FromStr,
        sync::{Mutex, PoisonError},
    };

    /// Which mark to act at.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Target {
        /// The so-manieth, from 1.
        Nth(usize),
        /// The first of that name.
        Step(String),
    }

    /// What to do.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Plan {
        /// Only record the steps.
        Count,
        /// Die at once, without unwinding and without running destructors.
        Kill(Target),
        /// Ctrl-C, and work goes on.
        Interrupt(Target),
        /// One error; later steps work again.
        Fail(Target, io::ErrorKind),
        /// Errors from that step on: a process that is dead, seen from the disk, within a test that lives on.
        Stop(Target),
        /// All of these, each by its own count.
        All(Vec<Plan>),
    }

    /// `count`, `kill:<n or step>`, `stop:<n or step>`, `interrupt:<n or step>`, `fail:<n or step>[:<disk-full|denied|read-only>]`.
    impl FromStr for Plan {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            let mut parts = text.split(':');
            let verb = parts.next().unwrap_or_default();
            if verb == "count" {
                return Ok(Self::Count);
            }
            let target = match parts.next() {
                Some(part) if !part.is_empty() => {
                    part.parse().map_or_else(|_| Target::Step(part.to_owned()), Target::Nth)
                }
                _ => return Err(format!("`{text}` names no step")),
            };
            match (verb, parts.next()) {
                ("kill", None) => Ok(Self::Kill(target)),
                ("interrupt", None) => Ok(Self::Interrupt(target)),
                ("stop", None) => Ok(Self::Stop(target)),
                ("fail", None | Some("disk-full")) => Ok(Self::Fail(target, io::ErrorKind::StorageFull)),
                ("fail", Some("denied")) => Ok(Self::Fail(target, io::ErrorKind::PermissionDenied)),
                ("fail", Some("read-only")) => Ok(Self::Fail(target, io::ErrorKind::ReadOnlyFilesystem)),
                _ => Err(format!("`{text}` is no plan for fail points")),
            }
        }
    }

    struct Armed {
        plan: Plan,
        steps: Vec<&'static str>,
        stopped: bool,
    }

    impl Armed {
        fn new(plan: Plan) -> Self {
            Self { plan, steps: Vec::new(), stopped: false }
        }

        fn hit(&mut self, step: &'static str) -> io::Result<()> {
            self.steps.push(step);
            if self.stopped {
                return Err(stop());
            }
            let result = act(&self.plan, &self.steps, step);
            self.stopped = result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Other);
            result
        }
    }

    fn stop() -> io::Error {
        io::Error::other("stopped at a fail point")
    }

    /// Sends this process what Ctrl-C sends, and gives the handler the time to run.
    fn interrupt() -> io::Result<()> {
        let process = std::process::id().to_string();
        std::process::Command::new("kill").args(["-INT", &process]).status()?;
        std::thread::sleep(std::time::Duration::from_millis(50));
        Ok(())
    }

    fn act(plan: &Plan, steps: &[&'static str], step: &str) -> io::Result<()> {
        let reached = |target: &Target| match target {
            Target::Nth(number) => steps.len() == *number,
            Target::Step(name) => name == step && steps.iter().filter(|seen| **seen == step).count() == 1,
        };
        match plan {
            Plan::Kill(target) if reached(target) => std::process::abort(),
            Plan::Interrupt(target) if reached(target) => interrupt(),
            Plan::Fail(target, kind) if reached(target) => Err(io::Error::from(*kind)),
            Plan::Stop(target) if reached(target) => Err(stop()),
            Plan::All(plans) => plans.iter().try_for_each(|plan| act(plan, steps, step)),
            _ => Ok(()),
        }
    }

    static PROCESS: Mutex<Option<Armed>> = Mutex::new(None);

    thread_local! {
        static THREAD: RefCell<Option<Armed>> = const { RefCell::new(None) };
    }

    /// Arms all threads of the process.
    pub fn arm(plan: Plan) {
        *PROCESS.lock().unwrap_or_else(PoisonError::into_inner) = Some(Armed::new(plan));
    }

    /// Disarms and returns the steps seen since.
    pub fn disarm() -> Vec<&'static str> {
        PROCESS.lock().unwrap_or_else(PoisonError::into_inner).take().map(|armed| armed.steps).unwrap_or_default()
    }

    /// The steps seen since [`arm`].
    pub fn steps() -> Vec<&'static str> {
        let armed = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
        armed.as_ref().map(|armed| armed.steps.clone()).unwrap_or_default()
    }

    /// Arms this thread alone, so that tests can run side by side.
    pub fn arm_here(plan: Plan) {
        THREAD.with_borrow_mut(|armed| *armed = Some(Armed::new(plan)));
    }

    /// Disarms this thread and returns the steps seen since.
    pub fn disarm_here() -> Vec<&'static str> {
        THREAD.with_borrow_mut(Option::take).map(|armed| armed.steps).unwrap_or_default()
    }

    /// The steps seen by this thread since [`arm_here`].
    pub fn steps_here() -> Vec<&'static str> {
        THREAD.with_borrow(|armed| armed.as_ref().map(|armed| armed.steps.clone()).unwrap_or_default())
    }

    /// Called before a durable step. A test may have armed it: then the process dies here, or an error comes back.
    ///
    /// # Errors
    /// Only what a test asked for.
    pub fn hit(step: &'static str) -> io::Result<()> {
        let here = THREAD.with_borrow_mut(|armed| armed.as_mut().map(|armed| armed.hit(step)));
        if let Some(result) = here {
            return result;
        }
        match PROCESS.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(armed) => armed.hit(step),
            None => Ok(()),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn plans_are_read_from_text() {
            assert_eq!("count".parse(), Ok(Plan::Count));
            assert_eq!("interrupt:deployed".parse(), Ok(Plan::Interrupt(Target::Step("deployed".into()))));
            assert_eq!("kill:7".parse(), Ok(Plan::Kill(Target::Nth(7))));
            assert_eq!(
                "fail:journal:denied".parse(),
                Ok(Plan::Fail(Target::Step("journal".into()), io::ErrorKind::PermissionDenied))
            );
            assert_eq!("fail:3".parse(), Ok(Plan::Fail(Target::Nth(3), io::ErrorKind::StorageFull)));
            for bad in ["", "kill", "kill:", "fail:1:oops", "stop:1:2"] {
                assert!(bad.parse::<Plan>().is_err(), "{bad}");
            }
        }

        #[test]
        fn a_failing_step_fails_once_and_a_stopped_process_stays_stopped() {
            arm_here(Plan::Fail(Target::Nth(2), io::ErrorKind::StorageFull));
            assert!(hit("a").is_ok() && hit("b").is_err() && hit("b").is_ok());
            arm_here(Plan::Stop(Target::Step("b".into())));
            assert!(hit("a").is_ok() && hit("b").is_err() && hit("c").is_err());
            assert_eq!(disarm_here(), ["a", "b", "c"]);
            assert!(hit("b").is_ok());
        }
    }
}
