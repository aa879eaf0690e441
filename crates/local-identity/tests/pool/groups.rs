//! Groups: deployed ones, made ones, and who is in them.

use serde_json::{Value, json};

use crate::fixture::{Fixture, claims};

fn names(answer: &Value) -> Vec<&str> {
    answer["Groups"].as_array().unwrap().iter().map(|group| group["GroupName"].as_str().unwrap()).collect()
}

#[test]
fn members_have_their_groups_in_the_token() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let made = fixture.does("CreateGroup", json!({ "GroupName": "Crew", "Description": "all", "Precedence": 0 }));
    assert_eq!((&made["Group"]["GroupName"], &made["Group"]["Precedence"]), (&json!("Crew"), &json!(0)));
    for group in ["Editors", "Admins", "Crew"] {
        fixture.does("AdminAddUserToGroup", json!({ "Username": "ann", "GroupName": group }));
    }
    let tokens = fixture.sign_in("ann");
    let id = claims(&tokens.id);
    assert_eq!(id["cognito:groups"], json!(["Crew", "Admins", "Editors"]), "the most important first");
    assert_eq!(id["cognito:roles"], json!(["arn:role:admins", "arn:role:editors"]));
    assert_eq!(id["cognito:preferred_role"], "arn:role:admins");
    assert_eq!(claims(&tokens.access)["cognito:groups"], id["cognito:groups"]);
    assert_eq!(
        names(&fixture.does("AdminListGroupsForUser", json!({ "Username": "ann" }))),
        ["Admins", "Crew", "Editors"]
    );
    let members = fixture.does("ListUsersInGroup", json!({ "GroupName": "Crew" }));
    assert_eq!(members["Users"][0]["Username"], "ann");

    fixture.does("AdminRemoveUserFromGroup", json!({ "Username": "ann", "GroupName": "Admins" }));
    assert_eq!(claims(&fixture.sign_in("ann").id)["cognito:groups"], json!(["Crew", "Editors"]));
    fixture.does("DeleteGroup", json!({ "GroupName": "Crew" }));
    fixture.does("CreateGroup", json!({ "GroupName": "Crew" }));
    let members = fixture.does("ListUsersInGroup", json!({ "GroupName": "Crew" }));
    assert_eq!(members["Users"], json!([]), "a new group of an old name is empty");
}

#[test]
fn groups_have_names_of_their_own() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let exists = "A group with the name already exists.";
    fixture.refuses("CreateGroup", json!({ "GroupName": "Admins" }), "GroupExistsException", exists);
    fixture.does("CreateGroup", json!({ "GroupName": "Crew" }));
    fixture.refuses("CreateGroup", json!({ "GroupName": "Crew" }), "GroupExistsException", exists);
    fixture.refuses("CreateGroup", json!({ "GroupName": "a b" }), "InvalidParameterException", "spaces");
    fixture.refuses(
        "CreateGroup",
        json!({ "GroupName": "Odd", "Precedence": -1 }),
        "SerializationException",
        "Precedence",
    );
    fixture.refuses("DeleteGroup", json!({ "GroupName": "Admins" }), "InvalidParameterException", "deployed");
    let none = json!({ "Username": "ann", "GroupName": "None" });
    for operation in ["AdminAddUserToGroup", "AdminRemoveUserFromGroup", "ListUsersInGroup", "GetGroup", "DeleteGroup"]
    {
        fixture.refuses(operation, none.clone(), "ResourceNotFoundException", "None");
    }
    let first = fixture.does("ListGroups", json!({ "Limit": 2 }));
    assert_eq!(names(&first), ["Admins", "Crew"]);
    let rest = fixture.does("ListGroups", json!({ "Limit": 2, "NextToken": first["NextToken"] }));
    assert_eq!(names(&rest), ["Editors"]);
    assert_eq!(fixture.does("GetGroup", json!({ "GroupName": "Editors" }))["Group"]["RoleArn"], "arn:role:editors");
}
