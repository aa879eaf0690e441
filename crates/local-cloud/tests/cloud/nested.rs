//! Nested stacks: templates from the deployment bucket, parameters down, outputs up.

use serde_json::{Value, json};

use crate::fixture::{BUCKET, Fixture, Watcher, root, stack, table};

fn storage(table_name: &str) -> Vec<u8> {
    let mut notes = table("x");
    notes["Properties"]["TableName"] = json!({ "Fn::Sub": "${name}-${env}" });
    json!({
        "Parameters": { "name": { "Type": "String", "Default": table_name }, "env": { "Type": "String" } },
        "Resources": { "Notes": notes },
        "Outputs": {
            "Name": { "Value": { "Ref": "Notes" } },
            "Arn": { "Value": { "Fn::GetAtt": ["Notes", "Arn"] }, "Export": { "Name": "notes-arn" } },
        },
    })
    .to_string()
    .into_bytes()
}

const FUNCTION: &str = r"
Parameters:
  storagenotesName: { Type: String }
  env: { Type: String }
Conditions:
  Named: !Not [!Equals [!Ref storagenotesName, '']]
Resources:
  Policy:
    Type: AWS::IAM::Policy
    Condition: Named
    Properties:
      PolicyName: !Sub '${storagenotesName}-policy'
      PolicyDocument: { Statement: [{ Resource: !ImportValue notes-arn }] }
Outputs:
  Table: { Value: !Ref storagenotesName }
";

fn template() -> Value {
    let name = json!({ "Fn::GetAtt": ["storagenotes", "Outputs.Name"] });
    let mut function = stack("f.yml", json!({ "env": "dev", "storagenotesName": name }));
    function["DependsOn"] = json!(["storagenotes"]);
    root(json!({ "functionhello": function, "storagenotes": stack("s.json", json!({ "env": "dev" })) }))
}

#[test]
fn outputs_of_one_stack_are_parameters_of_another() {
    let fixture = Fixture::new();
    let storage = storage("notes");
    let uploads = [("s.json", storage.as_slice()), ("f.yml", FUNCTION.as_bytes())];
    let mut watcher = Watcher::default();
    let deployed = fixture.deploy_with(template(), &uploads, &mut watcher).unwrap();
    assert_eq!(deployed.nested["storagenotes"]["Name"], json!("notes-dev"));
    assert_eq!(deployed.nested["functionhello"]["Table"], json!("notes-dev"));
    assert!(watcher.events.contains(&"storagenotes/Notes CREATE_COMPLETE".to_owned()), "{:?}", watcher.events);
    let state = fixture.state().stack.unwrap();
    let function = state.resources["functionhello"].stack.as_ref().unwrap();
    let policy = &function.resources["Policy"].properties;
    assert_eq!(policy["PolicyName"], json!("notes-dev-policy"));
    assert_eq!(
        policy["PolicyDocument"]["Statement"][0]["Resource"],
        json!("arn:aws:dynamodb:us-east-1:000000000000:table/notes-dev")
    );
    // The templates are objects of the deployment bucket, also of one made in the same deployment.
    assert!(fixture.data().join("s3").join(BUCKET).join("%objects/s.json").is_file());
    // So a deployment without uploads finds them.
    let deployed = fixture.deploy(template()).unwrap();
    assert_eq!(deployed.counts, amplify_local_cloud::Counts::default());
}

#[test]
fn a_changed_nested_template_is_announced_from_the_root_down() {
    let fixture = Fixture::new();
    let (one, two) = (storage("notes"), storage("pages"));
    fixture.deploy_with(template(), &[("s.json", &one), ("f.yml", FUNCTION.as_bytes())], &mut ()).unwrap();
    let mut watcher = Watcher::default();
    let deployed = fixture.deploy_with(template(), &[("s.json", &two)], &mut watcher).unwrap();
    assert_eq!(deployed.nested["functionhello"]["Table"], json!("pages-dev"));
    assert_eq!(
        watcher.events[..3],
        [
            "amplify-shop-dev-101010 UPDATE_IN_PROGRESS",
            "storagenotes UPDATE_IN_PROGRESS",
            "storagenotes/Notes UPDATE_IN_PROGRESS",
        ]
    );
    assert!(watcher.events.contains(&"storagenotes/Notes DELETE_COMPLETE".to_owned()), "{:?}", watcher.events);
}

#[test]
fn a_removed_stack_takes_its_resources_along() {
    let fixture = Fixture::new();
    let storage = storage("notes");
    fixture.deploy_with(template(), &[("s.json", &storage), ("f.yml", FUNCTION.as_bytes())], &mut ()).unwrap();
    let deployed = fixture.deploy(root(json!({}))).unwrap();
    assert_eq!(deployed.counts.deleted, 2);
    assert_eq!(deployed.nested.len(), 0);
    fixture.deploy(root(json!({ "Notes": table("notes-dev") }))).unwrap();
}

#[test]
fn a_missing_template_names_bucket_and_key() {
    let fixture = Fixture::new();
    let error = fixture.deploy(root(json!({ "storagenotes": stack("gone.json", json!({})) }))).unwrap_err();
    assert_eq!(error.to_string(), "`storagenotes` (AWS::CloudFormation::Stack) failed");
    assert_eq!(error.causes(), [format!("there is no template `gone.json` in the bucket `{BUCKET}`")]);
}

#[test]
fn a_parameter_that_a_nested_template_does_not_declare_is_an_error_of_that_stack() {
    let fixture = Fixture::new();
    let storage = storage("notes");
    let nested = stack("s.json", json!({ "env": "dev", "other": "x" }));
    let error =
        fixture.deploy_with(root(json!({ "storagenotes": nested })), &[("s.json", &storage)], &mut ()).unwrap_err();
    assert_eq!(error.code(), "template-invalid");
    assert!(error.to_string().contains("storagenotes") && error.causes()[0].contains("other"), "{error:?}");
}
