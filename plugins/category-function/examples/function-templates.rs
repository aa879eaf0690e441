//! Prints every template variant as a JSON array of `{name, template}`, for template linters.
#![allow(clippy::print_stdout, reason = "printing is what this program is for")]

fn main() {
    let all: Vec<_> = category_function::variants::all()
        .into_iter()
        .map(|(name, template)| serde_json::json!({"name": name, "template": template}))
        .collect();
    println!("{}", serde_json::Value::Array(all));
}
