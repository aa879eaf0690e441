//! An install that dies, or whose disk is full, at each durable step.

use amplify_project::failpoint::{self, Plan, Target};

use crate::fixture::World;

/// The durable steps of an install from a folder; the install runs on this thread, since there is one job.
fn steps() -> Vec<&'static str> {
    let world = World::new();
    world.publish(&["1.0.0"]);
    let locked = world.lock("*", "../index").unwrap();
    failpoint::arm_here(Plan::Count);
    world.install(&locked).unwrap();
    failpoint::disarm_here()
}

#[test]
fn a_full_disk_or_a_death_at_any_step_leaves_nothing_half_made() {
    let steps = steps();
    assert!(steps.len() >= 8, "{steps:?}");
    for number in 1..=steps.len() {
        for plan in [Plan::Fail(Target::Nth(number), std::io::ErrorKind::StorageFull), Plan::Stop(Target::Nth(number))]
        {
            let context = format!("{plan:?} at {}", steps[number - 1]);
            let world = World::new();
            world.publish(&["1.0.0"]);
            let locked = world.lock("*", "../index").unwrap();
            failpoint::arm_here(plan);
            let result = world.install(&locked);
            failpoint::disarm_here();
            match result {
                // The build was in its place by then.
                Ok(_) => world.assert_installed(&locked),
                Err(error) => {
                    assert!(matches!(error.code(), "disk-full" | "file-system"), "{context}: {error}");
                    if !world.place(&locked).exists() {
                        world.assert_nothing_installed();
                    }
                }
            }
            // What was left behind is no hindrance.
            world.install(&locked).unwrap_or_else(|error| panic!("{context}: {error} {:?}", error.causes()));
            world.assert_installed(&locked);
        }
    }
}
