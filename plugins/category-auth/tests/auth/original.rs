//! Projects that the original made. They lie beside the repository; where they are missing, the tests say so.

use std::path::{Path, PathBuf};

use amplify_sdk::testing::Host;
use serde_json::{Value, json};

use crate::{parsed, plugin};

fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("AMPLIFY_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no corpus at {}", folder.display());
    None
}

/// The auth resources of the corpus: the name, and a project that holds their files.
fn resources() -> Vec<(String, Host)> {
    let mut found = Vec::new();
    for project in corpus().into_iter().flat_map(|folder| fs_err::read_dir(folder).unwrap()) {
        let folder = project.unwrap().path().join("amplify/backend");
        let Ok(text) = fs_err::read_to_string(folder.join("backend-config.json")) else { continue };
        let config: Value = serde_json::from_str(&text).unwrap();
        for (name, entry) in config["auth"].as_object().into_iter().flatten() {
            let own = folder.join("auth").join(name);
            if entry["service"] != "Cognito" || !own.join("parameters.json").exists() {
                continue;
            }
            let mut host = Host::new();
            for (name, entry) in config["auth"].as_object().unwrap() {
                let keys: Vec<(String, Value)> = entry.as_object().unwrap().clone().into_iter().collect();
                host = host.resource("auth", name, keys);
            }
            for resource in fs_err::read_dir(folder.join("auth")).unwrap() {
                let resource = resource.unwrap();
                for file in fs_err::read_dir(resource.path()).unwrap().filter_map(Result::ok) {
                    if file.path().is_file() {
                        let path = format!(
                            "amplify/backend/auth/{}/{}",
                            resource.file_name().to_string_lossy(),
                            file.file_name().to_string_lossy()
                        );
                        host = host.file(&path, fs_err::read(file.path()).unwrap());
                    }
                }
            }
            found.push((name.clone(), host));
        }
    }
    found
}

#[test]
fn an_update_changes_what_was_answered_and_nothing_else() {
    for (name, host) in resources() {
        let path = format!("amplify/backend/auth/{name}/{name}-cloudformation-template.yml");
        let before = parsed(&host.text(&path).unwrap());
        let outcome = host
            .answer("auth.updateFlow", "groups")
            .answer("auth.addGroups", true)
            .answer("auth.groups", json!([{ "name": "Testers" }]))
            .defaults()
            .run(&plugin(), "update", &[]);
        let file = format!("{name}-cloudformation-template.yml");
        let written = outcome.files().contains(&format!("auth/{name}/{file}"));
        let mut after = if written { parsed(&outcome.text("auth", &name, &file)) } else { before.clone() };
        let mut expected = before.clone();
        for template in [&mut after, &mut expected] {
            for section in ["IdentityPoolRoleMap"] {
                if let Some(resource) = template["Resources"].get_mut(section) {
                    resource["Properties"].as_object_mut().unwrap().shift_remove("RoleMappings");
                }
            }
            // Settings that this version of the file did not have yet.
            template["Parameters"].as_object_mut().unwrap().shift_remove("userPoolGroupList");
        }
        assert_eq!(after, expected, "{name}");
    }
}

#[test]
fn a_walkthrough_keeps_the_functions_that_the_original_made() {
    for (name, host) in resources() {
        let old: Value = {
            let text = host.text(&format!("amplify/backend/auth/{name}/parameters.json")).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        let Some(triggers) = old["triggers"].as_str().filter(|text| text.contains("PostConfirmation")) else {
            continue;
        };
        let file = format!("{name}-cloudformation-template.yml");
        let before = parsed(&host.text(&format!("amplify/backend/auth/{name}/{file}")).unwrap());
        let walk = |host: Host| {
            host.answer("auth.updateFlow", "manual")
                .answer("auth.thirdPartyAuth", "no")
                .answer("auth.hostedUI", "no")
                .defaults()
        };
        // The functions are not asked for again: a call would find nobody.
        let outcome = walk(host).run(&plugin(), "update", &[]);
        assert!(outcome.value().files.iter().all(|file| file.category == "auth"), "{name}");
        assert!(outcome.calls.is_empty(), "{name}");
        let written = outcome.files().contains(&format!("auth/{name}/parameters.json"));
        let after = if written { outcome.json("auth", &name, "parameters.json") } else { old.clone() };
        let document = |text: &Value| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap();
        assert_eq!(document(&after["triggers"]), serde_json::from_str::<Value>(triggers).unwrap(), "{name}");
        assert_eq!(after["dependsOn"], old["dependsOn"], "{name}");
        let written = outcome.files().contains(&format!("auth/{name}/{file}"));
        let template = if written { parsed(&outcome.text("auth", &name, &file)) } else { before.clone() };
        for lasting in ["LambdaConfig", "UserPoolName", "UsernameAttributes", "Schema"] {
            assert_eq!(
                template["Resources"]["UserPool"]["Properties"][lasting],
                before["Resources"]["UserPool"]["Properties"][lasting],
                "{name}"
            );
        }
        // A further module goes to the function that is there.
        let again = resources().into_iter().find(|(other, _)| *other == name).unwrap().1;
        let outcome = walk(again.reply("function", "put", json!({ "added": false })))
            .answer("auth.modules.PostConfirmation", json!(["add-to-group", "custom"]))
            .answer("auth.triggerEnv.GROUP", "Members")
            .run(&plugin(), "update", &[]);
        assert_eq!(outcome.calls.len(), 1, "{name}");
        assert_eq!(outcome.calls[0].parameters["name"], format!("{name}PostConfirmation"));
        assert_eq!(outcome.value().resources.len(), 0, "{name}: the same functions, so the same entry");
    }
}
