//! What the two roles of an identity pool may call, for rules with the provider `iam`.

use indexmap::IndexSet;
use serde_json::{Value, json};

use super::rules::{Allow, Provider, Rule};
use crate::build::Build;
use crate::source::Span;
use crate::template::{ROOT, api_id};

/// A policy may have 6,144 bytes; each entry has about this many besides its names.
const ROOM: usize = 6_000;
const OVERHEAD: usize = 100;

#[derive(Default)]
pub(super) struct Policies {
    signed_in: Role,
    guest: Role,
}

#[derive(Default)]
struct Role {
    wanted: bool,
    entries: IndexSet<(String, Option<String>)>,
}

impl Policies {
    /// Notes that the rules exist, which is what makes a role's policy.
    pub(super) fn want(&mut self, rules: &[Rule]) {
        for rule in rules.iter().filter(|rule| rule.provider == Provider::Iam) {
            self.signed_in.wanted = true;
            self.guest.wanted |= rule.allow == Allow::Public;
        }
    }

    /// A type as a whole, or one field of it.
    pub(super) fn grant(&mut self, rules: &[&Rule], type_name: &str, field: Option<&str>) {
        let entry = (type_name.to_owned(), field.map(str::to_owned));
        for rule in rules.iter().filter(|rule| rule.provider == Provider::Iam) {
            self.signed_in.entries.insert(entry.clone());
            if rule.allow == Allow::Public {
                self.guest.entries.insert(entry.clone());
            }
        }
    }

    /// A nested type, which both roles may read wherever a policy exists.
    pub(super) fn grant_nested(&mut self, type_name: &str) {
        self.signed_in.entries.insert((type_name.to_owned(), None));
        self.guest.entries.insert((type_name.to_owned(), None));
    }

    /// Adds the policies and the parameters with the names of the roles.
    pub(super) fn add(self, build: &mut Build<'_>) {
        for (role, name, id) in
            [(self.signed_in, "authRoleName", "AuthRolePolicy"), (self.guest, "unauthRoleName", "UnauthRolePolicy")]
        {
            if !role.wanted || role.entries.is_empty() {
                continue;
            }
            let what = "Name of a role of the project's identity pool.";
            build.resources.parameters.push((name.to_owned(), json!({"Type": "String", "Description": what})));
            for (index, resources) in pages(&role.entries).into_iter().enumerate() {
                let body = json!({"Type": "AWS::IAM::ManagedPolicy", "Properties": {
                    "Roles": [{"Ref": name}],
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                        {"Effect": "Allow", "Action": ["appsync:GraphQL"], "Resource": resources},
                    ]},
                }});
                build.add_resource(&format!("{id}{:02}", index + 1), ROOT, body, Span::NONE);
            }
        }
    }
}

fn pages(entries: &IndexSet<(String, Option<String>)>) -> Vec<Vec<Value>> {
    let mut pages: Vec<Vec<Value>> = vec![Vec::new()];
    let mut size = 0;
    for (type_name, field) in entries {
        size += OVERHEAD + type_name.len() + field.as_ref().map_or(0, String::len);
        if size > ROOM {
            pages.push(Vec::new());
            size = 0;
        }
        let lead = "arn:aws:appsync:${AWS::Region}:${AWS::AccountId}:apis/${apiId}/types/${typeName}";
        let resource = match field {
            Some(field) => json!({"Fn::Sub": [
                format!("{lead}/fields/${{fieldName}}"),
                {"apiId": api_id(), "typeName": type_name, "fieldName": field},
            ]}),
            None => json!({"Fn::Sub": [format!("{lead}/*"), {"apiId": api_id(), "typeName": type_name}]}),
        };
        if let Some(page) = pages.last_mut() {
            page.push(resource);
        }
    }
    pages
}
