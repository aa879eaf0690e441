//! Runs the plugin in process, with a project in memory.
#![allow(clippy::unwrap_used, reason = "a test fails where its own data is wrong")]

mod configure;
mod exports;

use amplify_sdk::{
    frontend::{FrontendReply, FrontendRequest},
    project::ProjectView,
    testing::{Host, Outcome, check_manifest},
};
use frontend_javascript::JavaScript;

fn request(host: &Host, request: impl FnOnce(ProjectView) -> FrontendRequest) -> Outcome<FrontendReply> {
    host.frontend(&JavaScript, request(host.view().clone()))
}

#[test]
fn the_manifest_is_valid() {
    let manifest = check_manifest(&JavaScript);
    assert_eq!(manifest.name, "frontend-javascript");
    assert_eq!(manifest.kind.word(), "javascript");
}

#[test]
fn a_package_file_makes_it_likely() {
    let score = |host: Host| request(&host, |project| FrontendRequest::Detect { project }).result;
    assert_eq!(score(Host::new()), Ok(FrontendReply::Detected { score: 10 }));
    assert_eq!(score(Host::new().file("package.json", "{}")), Ok(FrontendReply::Detected { score: 90 }));
    assert_eq!(score(Host::new().file("package.json", "{")), Ok(FrontendReply::Detected { score: 90 }));
}
