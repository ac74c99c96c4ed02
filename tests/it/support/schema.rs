//! What is printed, held against the JSON Schema files in `assets/schema/`.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The document printed, after holding it against a strict copy of
/// `assets/schema/<name>.schema.json`: what is published leaves room for properties to come, but
/// none may be printed that it does not name.
pub fn valid(name: &str, printed: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
    let file = folder.join(format!("{name}.schema.json"));
    let schema: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let schema = strict(schema);
    let validator = jsonschema::draft202012::options().build(&schema).unwrap();
    let document: Value = serde_json::from_str(printed).unwrap();
    let wrong: Vec<String> = (validator.iter_errors(&document))
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}\n{printed}", wrong.join("\n"));
    document
}

/// A schema that forbids in every object what it does not name, unless it says otherwise.
fn strict(schema: Value) -> Value {
    match schema {
        Value::Object(object) => {
            let mut object: serde_json::Map<String, Value> = (object.into_iter())
                .map(|(key, value)| (key, strict(value)))
                .collect();
            let is_object = object.get("type").is_some_and(|kind| kind == "object");
            if is_object && object.contains_key("properties") {
                let closed = object.entry("additionalProperties");
                closed.or_insert(Value::Bool(false));
            }
            object.into()
        }
        Value::Array(items) => items.into_iter().map(strict).collect(),
        other => other,
    }
}
