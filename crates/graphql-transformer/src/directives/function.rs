//! `@function`: a field answered by Lambda functions, one after the other.

use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::{Argument, Directive, Place, Shape, Spec};
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::schema::names;
use crate::syntax::{Definition, DirectiveUse, Field};
use crate::template::{
    Body, DataSource, Function as Step, Resolver, api_id, attribute, by_environment, hex, reference, trust,
};
use crate::vtl;

pub(super) struct Function;

const STACK: &str = "FunctionDirectiveStack";

static SPEC: Spec = Spec {
    name: "function",
    places: &[Place::Field],
    repeatable: true,
    arguments: &[Argument::required("name", Shape::Text), Argument::optional("region", Shape::Text)],
};

impl Directive for Function {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn field(&self, build: &mut Build<'_>, parent: &Definition, field: &Field, used: &DirectiveUse) {
        let name = used.text("name").unwrap_or_default();
        let region = used.text("region");
        if !check(build, used, name, region) {
            return;
        }
        let source = format!("{}{}LambdaDataSource", simple(name), simple(region.unwrap_or_default()));
        let step = format!("Invoke{source}");
        ensure_step(build, used, name, region, &source, &step);
        let (type_name, field_name) = (parent.name.text.as_str(), field.name.text.as_str());
        let id = names::field_resolver(type_name, field_name);
        match build.resources.resolver_mut(&id) {
            Some(Resolver { source: DataSource::Pipeline(steps), .. }) => steps.push(step),
            Some(_) => {
                let message =
                    format!("`{type_name}.{field_name}` has a resolver already, which cannot call a function");
                build.report(
                    Diagnostic::error("function-on-resolved-field", used.span, message)
                        .suggest("use `@function` on a field of its own"),
                );
            }
            None => {
                let resolver = Resolver {
                    type_name: type_name.to_owned(),
                    field_name: field_name.to_owned(),
                    source: DataSource::Pipeline(vec![step]),
                    request: vtl::fill(
                        include_str!("../vtl/pipeline.req.vtl"),
                        &[("type", type_name), ("field", field_name)],
                    ),
                    response: "$util.toJson($ctx.prev.result)\n".to_owned(),
                };
                build.add_resolver(&id, STACK, resolver, used.span);
            }
        }
    }
}

fn check(build: &mut Build<'_>, used: &DirectiveUse, name: &str, region: Option<&str>) -> bool {
    let legal = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let mut good = true;
    if simple(name).is_empty() || !legal(&name.replace("${env}", "")) {
        build.report(
            Diagnostic::error("function-name", used.span_of("name"), "no function can have this name")
                .allow("letters, digits, `-` and `_`, and `${env}` for the environment")
                .suggest("write a name such as \"resize-${env}\""),
        );
        good = false;
    }
    if region.is_some_and(|region| !legal(region)) {
        let message = "no region has this name";
        build.report(
            Diagnostic::error("function-region", used.span_of("region"), message)
                .suggest("write one such as \"eu-west-1\""),
        );
        good = false;
    }
    good
}

/// Role, data source and pipeline step of a function, once for each function and region.
fn ensure_step(build: &mut Build<'_>, used: &DirectiveUse, name: &str, region: Option<&str>, source: &str, step: &str) {
    if let Some(entry) = build.resources.entries.get(step) {
        // Names that differ only in signs have the same logical ids.
        if let Body::Function(existing) = &entry.body
            && existing.note != arn_text(name, region)
        {
            let message = format!("`{name}` and another function would both be `{step}`");
            build.report(
                Diagnostic::error("logical-id-taken", used.span_of("name"), message).suggest("rename one of them"),
            );
        }
        return;
    }
    let role = format!("{source}Role");
    let arn = arn(name, region);
    let digest = hex(&Md5::digest(name.as_bytes()));
    let short =
        |letters: usize| json!(format!("{}{}", simple(name).chars().take(letters).collect::<String>(), &digest[..4]));
    let api = reference("AppSyncApiId");
    let role_body = json!({"Type": "AWS::IAM::Role", "Properties": {
        "RoleName": by_environment(&[short(22), api_id()], &[short(32), api_id()]),
        "AssumeRolePolicyDocument": trust(),
        "Policies": [{"PolicyName": "InvokeLambdaFunction", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": arn},
        ]}}],
    }});
    let source_body = json!({"Type": "AWS::AppSync::DataSource", "Properties": {
        "ApiId": api,
        "Name": source,
        "Type": "AWS_LAMBDA",
        "ServiceRoleArn": attribute(&role, "Arn"),
        "LambdaConfig": {"LambdaFunctionArn": arn},
    }, "DependsOn": [role]});
    build.add_resource(&role, STACK, role_body, used.span);
    build.add_resource(source, STACK, source_body, used.span);
    let function = Step {
        name: step.to_owned(),
        source: source.to_owned(),
        request: include_str!("../vtl/function.req.vtl").to_owned(),
        response: include_str!("../vtl/function.res.vtl").to_owned(),
        note: arn_text(name, region),
    };
    build.resources.insert(step, STACK, Body::Function(Box::new(function)));
}

fn arn_text(name: &str, region: Option<&str>) -> String {
    format!("arn:aws:lambda:{}:${{AWS::AccountId}}:function:{name}", region.unwrap_or("${AWS::Region}"))
}

/// The function's address; without an environment, `-${env}` falls away.
fn arn(name: &str, region: Option<&str>) -> Value {
    let values = if name.contains("${env}") { json!({"env": {"Ref": "env"}}) } else { json!({}) };
    let plain = arn_text(&name.replace("-${env}", ""), region);
    json!({"Fn::If": ["HasEnvironmentParameter", {"Fn::Sub": [arn_text(name, region), values]}, {"Fn::Sub": [plain, {}]}]})
}

/// `echo-function-${env}` → `EchoFunction`.
fn simple(name: &str) -> String {
    let mut plain = name.to_owned();
    while let Some(start) = plain.find("${") {
        let end = plain[start..].find('}').map_or(plain.len(), |length| start + length + 1);
        let start = start - usize::from(plain[..start].ends_with(['-', '_']));
        plain.replace_range(start..end, "");
    }
    let legal = |letter: char| letter == '_' || letter.is_ascii_alphanumeric();
    let plain = plain.trim_start_matches(|letter: char| !(letter == '_' || letter.is_ascii_alphabetic()));
    let joined: String = plain.split(|letter| !legal(letter)).map(names::upper).collect();
    names::resource_id(&joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_environment_and_signs() {
        assert_eq!(simple("echofunction-${env}"), "Echofunction");
        assert_eq!(simple("us-east-1"), "UsEast1");
        assert_eq!(simple("${env}"), "");
    }
}
