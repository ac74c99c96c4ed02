//! What is printed, held against the JSON Schema files in `assets/schema/`.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The document printed, after holding it against `assets/schema/<name>.schema.json`.
pub fn valid(name: &str, printed: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
    let file = folder.join(format!("{name}.schema.json"));
    let schema: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let validator = jsonschema::draft202012::options().build(&schema).unwrap();
    let document: Value = serde_json::from_str(printed).unwrap();
    let wrong: Vec<String> = (validator.iter_errors(&document))
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}\n{printed}", wrong.join("\n"));
    document
}
