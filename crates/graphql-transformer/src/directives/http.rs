//! `@http`: a field answered by a web service.

use serde_json::json;

use super::{Argument, Directive, Place, Shape, Spec};
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::schema::names;
use crate::syntax::{Definition, DirectiveUse, Field, InputValue, TypeRef};
use crate::template::{DataSource, Resolver, api_id};
use crate::vtl;

pub(super) struct Http;

const STACK: &str = "HttpStack";

static SPEC: Spec = Spec {
    name: "http",
    places: &[Place::Field],
    repeatable: false,
    arguments: &[
        Argument::optional("method", Shape::Choice(&["GET", "POST", "PUT", "DELETE", "PATCH"])),
        Argument::required("url", Shape::Text),
        Argument::optional(
            "headers",
            Shape::List(&Shape::Object(&[
                Argument::required("key", Shape::Text),
                Argument::required("value", Shape::Text),
            ])),
        ),
    ],
};

impl Directive for Http {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn field(&self, build: &mut Build<'_>, parent: &Definition, field: &Field, used: &DirectiveUse) {
        let Some(target) = Target::read(build, used) else { return };
        let Some(headers) = headers(build, used, target.sends_body()) else { return };
        let source = data_source(build, used, &target);
        let kept = kept_arguments(build, field, &target);
        let required: Vec<&str> =
            kept.iter().filter(|value| value.ty.is_required()).map(|value| value.name.text.as_str()).collect();
        let request = target.request(&headers, &required);
        let (type_name, field_name) = (parent.name.text.as_str(), field.name.text.as_str());
        arguments(build, type_name, field_name, &target, &kept);
        let id = names::field_resolver(type_name, field_name);
        let resolver = Resolver {
            type_name: type_name.to_owned(),
            field_name: field_name.to_owned(),
            source: DataSource::Named(source),
            response: vtl::fill(include_str!("../vtl/http.res.vtl"), &[("success", target.success())]),
            request,
        };
        if resolver.request.contains(ENVIRONMENT) {
            build.resources.inline.insert(id.clone());
        }
        build.add_resolver(&id, STACK, resolver, used.span);
    }
}

/// What the stack puts the environment's name in place of.
pub(crate) const ENVIRONMENT: &str = "${env}";

/// What is called, and how.
struct Target<'u> {
    method: &'u str,
    /// Protocol and host.
    base: &'u str,
    /// The rest, with variables in place of `:name`.
    path: String,
    /// The names of those variables.
    parameters: Vec<&'u str>,
}

impl<'u> Target<'u> {
    fn read(build: &mut Build<'_>, used: &'u DirectiveUse) -> Option<Self> {
        let url = used.text("url").unwrap_or_default();
        let mut refuse = |message: &str, help: &str| {
            build.report(Diagnostic::error("http-url", used.span_of("url"), message).suggest(help));
            None
        };
        let Some(start) = ["https://", "http://"].iter().find(|start| url.starts_with(**start)) else {
            return refuse("the address has no protocol", "begin it with `https://`");
        };
        let rest = &url[start.len()..];
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let host = &rest[..end];
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        if host.is_empty() || !host.replace(ENVIRONMENT, "env").chars().all(legal) {
            return refuse(
                "the address has no host that can be called",
                "write letters, digits, dots and dashes, and `${env}` for the environment",
            );
        }
        let path = &rest[end..];
        if path.chars().any(|c| c.is_control() || c.is_whitespace() || "\"\\#".contains(c)) {
            return refuse("the path has signs that no path can have", "leave out blanks, quotes and `#`");
        }
        let (path, parameters) = variables(path);
        let method = used.argument("method").and_then(|value| value.as_enum()).unwrap_or("GET");
        Some(Self { method, base: &url[..start.len() + end], path, parameters })
    }

    fn sends_body(&self) -> bool {
        matches!(self.method, "POST" | "PUT" | "PATCH")
    }

    fn success(&self) -> &'static str {
        if self.sends_body() {
            "$ctx.result.statusCode == 200 || $ctx.result.statusCode == 201"
        } else {
            "$ctx.result.statusCode == 200"
        }
    }

    fn request(&self, headers: &str, required: &[&str]) -> String {
        let mut checks = String::new();
        // Two inputs take the same arguments, so neither can demand one.
        for name in required.iter().filter(|_| self.sends_body()) {
            checks.push_str(&format!(
                "#if( $util.isNull($ctx.args.query.{name}) && $util.isNull($ctx.args.body.{name}) )\n  \
                 $util.error(\"The argument {name} is required: give it in query or in body\")\n#end\n"
            ));
        }
        let members = match self.method {
            "DELETE" => "",
            "GET" => "\"query\": $util.toJson($ctx.args.query),",
            _ => "\"body\": $util.toJson($ctx.args.body),\n\"query\": $util.toJson($ctx.args.query),",
        };
        vtl::fill(
            include_str!("../vtl/http.req.vtl"),
            &[
                ("required", &checks),
                ("headers", headers),
                ("method", self.method),
                ("path", &self.path),
                ("members", members),
            ],
        )
    }
}

/// `/posts/:id` → `/posts/${ctx.args.params.id}`, and `id`.
fn variables(path: &str) -> (String, Vec<&str>) {
    let (mut out, mut names, mut rest) = (String::new(), Vec::new(), path);
    while let Some(at) = rest.find("/:") {
        let (before, after) = (&rest[..=at], &rest[at + 2..]);
        let end = after.find(|c: char| !(c == '_' || c.is_ascii_alphanumeric())).unwrap_or(after.len());
        let name = &after[..end];
        out.push_str(before);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            out.push(':');
            out.push_str(name);
        } else {
            out.push_str(&format!("${{ctx.args.params.{name}}}"));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    (if out.is_empty() { "/".to_owned() } else { out }, names)
}

/// The statements that set headers; `None` where one is wrong.
fn headers(build: &mut Build<'_>, used: &DirectiveUse, body: bool) -> Option<String> {
    let mut statements = Vec::new();
    let mut put = |key: &str, value: &str| statements.push(format!("$util.qr($headers.put(\"{key}\", \"{value}\"))"));
    if body {
        put("Content-Type", "application/json");
    }
    put("accept-encoding", "application/json");
    let mut good = true;
    for header in used.argument("headers").map(|value| value.items()).unwrap_or_default() {
        let text = |name: &str| header.member(name).and_then(|value| value.as_text()).unwrap_or_default();
        let (key, value) = (text("key"), text("value"));
        let legal = |text: &str| !text.chars().any(|c| c == '"' || c == '\\' || c.is_control());
        if key.is_empty() || key.contains([' ', '$', ':', '#']) || !legal(key) || !legal(value) {
            let message = "no header can be like this";
            build.report(
                Diagnostic::error("http-header", header.span, message)
                    .suggest("leave out quotes, backslashes and line ends, and blanks in the key"),
            );
            good = false;
            continue;
        }
        put(key, value);
    }
    good.then(|| statements.join("\n"))
}

/// The data source of a host, once; answers its logical id.
fn data_source(build: &mut Build<'_>, used: &DirectiveUse, target: &Target<'_>) -> String {
    let id = names::resource_id(&format!("{}DataSource", target.base));
    let endpoint = match target.base.contains(ENVIRONMENT) {
        true => json!({"Fn::Sub": [target.base, {"env": {"Ref": "env"}}]}),
        false => json!(target.base),
    };
    let body = json!({"Type": "AWS::AppSync::DataSource", "Properties": {
        "ApiId": api_id(),
        "Name": id,
        "Type": "HTTP",
        "HttpConfig": {"Endpoint": endpoint},
    }});
    match build.resources.plain(&id) {
        Some(existing) if *existing == body => {}
        // Hosts that differ only in signs have the same logical id.
        _ => build.add_resource(&id, STACK, body, used.span),
    }
    id
}

/// The arguments that are sent on: not those of the path, and beside those only what is not made of parts.
fn kept_arguments(build: &Build<'_>, field: &Field, target: &Target<'_>) -> Vec<InputValue> {
    let simple = |value: &&InputValue| {
        let base = value.ty.base();
        target.parameters.is_empty() || build.schema.is_scalar(base) || build.schema.is_enum(base)
    };
    let others = field.arguments.values().filter(|value| !target.parameters.contains(&value.name.text.as_str()));
    others.filter(simple).cloned().collect()
}

/// Replaces the field's arguments by inputs for the path, the query and the body.
fn arguments(build: &mut Build<'_>, type_name: &str, field_name: &str, target: &Target<'_>, kept: &[InputValue]) {
    let input =
        |word: &str| names::clean(&format!("{}{}{word}Input", names::upper(type_name), names::upper(field_name)));
    let mut made = Vec::new();
    if !target.parameters.is_empty() {
        let name = input("Params");
        let members = target.parameters.iter();
        let members = members.map(|name| InputValue::made(name, TypeRef::named("String").required())).collect();
        build.schema.add_input(&name, members);
        made.push(InputValue::made("params", TypeRef::named(name).required()));
    }
    if !kept.is_empty() {
        let relaxed = |value: &InputValue| match target.sends_body() {
            true => InputValue { ty: value.ty.clone().optional(), ..value.clone() },
            false => value.clone(),
        };
        let name = input("Query");
        build.schema.add_input(&name, kept.iter().map(relaxed).collect());
        let ty = TypeRef::named(name);
        let needed = !target.sends_body() && kept.iter().any(|value| value.ty.is_required());
        made.push(InputValue::made("query", if needed { ty.required() } else { ty }));
        if target.sends_body() {
            let name = input("Body");
            build.schema.add_input(&name, kept.iter().map(relaxed).collect());
            made.push(InputValue::made("body", TypeRef::named(name)));
        }
    }
    let Some(fields) = build.schema.get_mut(type_name).and_then(Definition::fields_mut) else { return };
    if let Some(mut field) = fields.get(field_name).cloned() {
        if made.is_empty() && field.arguments.is_empty() {
            return;
        }
        field.arguments = made.into_iter().map(|value| (value.name.text.clone(), value)).collect();
        // A field with other arguments goes to the end, as projects know it.
        fields.shift_remove(field_name);
        fields.insert(field_name.to_owned(), field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path_become_variables() {
        let (path, names) = variables("/a/:id/b/:kind.json");
        assert_eq!(path, "/a/${ctx.args.params.id}/b/${ctx.args.params.kind}.json");
        assert_eq!(names, ["id", "kind"]);
        assert_eq!(variables(""), ("/".to_owned(), Vec::new()));
        assert_eq!(variables("/:/x:y"), ("/:/x:y".to_owned(), Vec::new()));
    }
}
