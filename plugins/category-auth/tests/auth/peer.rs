//! The comparison with the original's `add auth` is kept as a file; here it is held against what is written today.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{RESOURCE, parsed, plugin, project};

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let map: BTreeMap<String, Value> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            map.into_iter().collect()
        }
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// What a case writes, as `cargo xtask peer auth` collects it.
fn written(answers: Value) -> Value {
    let host = project().reply("function", "put", json!({ "added": true }));
    let outcome = host.answers(answers).defaults().run(&plugin(), "add", &[]);
    let mut host = project();
    host.apply(&outcome);
    let text = |resource: &str, file: &str| host.text(&format!("amplify/backend/auth/{resource}/{file}"));
    let document = |resource: &str, file: &str| -> Option<Value> { serde_json::from_str(&text(resource, file)?).ok() };
    let template = text(RESOURCE, &format!("{RESOURCE}-cloudformation-template.yml")).unwrap();
    let mut found = json!({
        "entries": host.view().backend_config["auth"],
        "parameters": document(RESOURCE, "parameters.json"),
        "template": parsed(&template),
    });
    if let Some(precedence) = document("userPoolGroups", "user-pool-group-precedence.json") {
        let parameters = document("userPoolGroups", "parameters.json");
        let template = document("userPoolGroups", "template.json");
        found["groups"] = json!({ "precedence": precedence, "parameters": parameters, "template": template });
    }
    sorted(found)
}

#[test]
fn the_comparison_with_the_original_is_of_what_is_written_today() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peer/auth");
    let read = |name: &str| -> Value {
        serde_json::from_str(&fs_err::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap()
    };
    let result = read("result");
    for case in ["default", "social", "manual"] {
        let found = &result[case];
        let digest = hex::encode(Sha256::digest(written(read(case)).to_string()));
        assert_eq!(found["written"], digest.as_str(), "{case}: run `cargo xtask peer auth` again");
        assert!(found["equal"].as_u64().unwrap() > 50, "{case}");
        assert!(found["different"].as_object().unwrap().values().all(Value::is_string), "{case}");
    }
}
