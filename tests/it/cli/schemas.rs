//! The published schemas against what stands in logs and what subcommands print.

use std::fs;
use std::path::Path;

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;
use crate::support::schema::valid;
use serde_json::{Value, json};
use stepdeck::plan::field::{FieldSpec, Kind, fields, key_order};
use stepdeck::plan::status::Status;

fn folder() -> Folder {
    Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)])
}

fn lines_of(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(str::to_owned).collect()
}

/// Who looks for a schema finds it where the command line is described.
#[test]
fn every_schema_is_linked_from_the_page_about_the_command_line() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(repository.join("docs/command-line.md")).unwrap();
    for schema in fs::read_dir(repository.join("assets/schema")).unwrap() {
        let name = schema.unwrap().file_name().into_string().unwrap();
        let link = format!("](../assets/schema/{name})");
        assert!(page.contains(&link), "{name}");
    }
}

/// Every line of the logs that are known to be good, and each of some that are not.
#[test]
fn the_schema_of_a_log_line_takes_good_lines_and_no_others() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lines = Vec::new();
    for (path, bytes) in stepdeck::record::demo::plan(300, 9) {
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            lines.extend(lines_of(&bytes));
        }
    }
    assert!(lines.len() > 300);
    for name in [
        "data/plans/10000_step_plan.jsonl",
        "../shared/plans/real-463-steps.jsonl",
        "../shared/plans/real-2294-steps.jsonl",
    ] {
        match fs::read(repository.join(name)) {
            Ok(bytes) => lines.extend(lines_of(&bytes)),
            Err(_) => eprintln!("skipped: there is no {name}"),
        }
    }
    lines.extend(lines_of(LINES.as_bytes()));
    let validator = log_line_validator();
    for line in &lines {
        let value: Value = serde_json::from_str(line).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}\n{line}");
    }
    let good: Value = serde_json::from_str(LINES.lines().nth(1).unwrap()).unwrap();
    for (key, value) in [
        ("step_id", "\"0000\""),
        ("step_id", "\"S-1\""),
        ("step_id", "\"0245.\""),
        ("step_id", "0"),
        ("step_id", "42.5"),
        ("block", "\"37\""),
        ("title", "\" \""),
        ("status", "\"In Progress\""),
        ("status", "null"),
        ("dependencies", "\"0001\""),
        ("dependencies", "[1.5]"),
        ("artifacts", "{}"),
        ("evidence", "{\"metric\": \"m\"}"),
        ("evidence", "{\"metric\": 1, \"target\": 1}"),
        ("evidence", "\"m\""),
        ("evidence", "{\"metric\": \"m\", \"target\": []}"),
        ("updated_at", "\"yesterday\""),
        ("updated_at", "\"2026-01-31T12:00:00\""),
        ("notes", "[\"n\"]"),
        ("effort", "3"),
    ] {
        let mut line = good.clone();
        line[key] = serde_json::from_str(value).unwrap();
        assert!(!validator.is_valid(&line), "{key}: {value}");
    }
    for key in [
        "step_id",
        "block",
        "title",
        "status",
        "evidence",
        "updated_at",
    ] {
        let mut line = good.clone();
        line.as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&line), "without {key}");
    }
    for broken in [
        "{}",
        "[]",
        "7",
        "{\"schema\": 1}",
        "{\"schema\": \"x\", \"step_id\": \"0001\"}",
    ] {
        let value = serde_json::from_str(broken).unwrap();
        assert!(!validator.is_valid(&value), "{broken}");
    }
    for odd in [
        "\"0245.A\"",
        "\"10000\"",
        "\"0245.A.1\"",
        "\"1\"",
        "\"00245\"",
        "42",
    ] {
        let mut line = good.clone();
        line["step_id"] = serde_json::from_str(odd).unwrap();
        line["dependencies"] = serde_json::json!(["00245", 7, "Board agrees"]);
        line["x-ticket"] = serde_json::json!({"any": [1]});
        assert!(validator.is_valid(&line), "{odd}");
    }
}

fn log_line_validator() -> jsonschema::Validator {
    let schema = schema("log-line");
    jsonschema::draft202012::options().build(&schema).unwrap()
}

fn schema(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
    let file = folder.join(format!("{name}.schema.json"));
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn the_schemas_agree_with_each_other_and_with_the_tables() {
    assert_eq!(schema("list")["$defs"], schema("step")["$defs"]);
    let step = &schema("log-line")["$defs"]["step"];
    let mut known: Vec<&str> = keys_of(&step["properties"]);
    let mut keys = key_order().to_vec();
    known.sort_unstable();
    keys.sort_unstable();
    assert_eq!(known, keys);
    for spec in fields() {
        let (mut holder, mut key) = (step, spec.key);
        if let Some(inner) = spec.inner {
            (holder, key) = (&step["properties"][key], inner);
            assert!(keys_of(&holder["properties"]).iter().all(|known| {
                let is_it = |row: &&FieldSpec| row.key == spec.key && row.inner == Some(*known);
                fields().iter().any(|row| is_it(&row))
            }));
        }
        let said = &holder["properties"][key];
        let required = holder["required"].as_array();
        let is_required = required.is_some_and(|all| all.contains(&key.into()));
        assert_eq!(is_required, spec.required, "{}", spec.name);
        assert_eq!(said["description"], spec.about, "{}", spec.name);
        let kind = match spec.kind {
            Kind::List => "array",
            Kind::Measure => {
                assert_eq!(said["$ref"], "#/$defs/measure", "{}", spec.name);
                continue;
            }
            Kind::Status => {
                let words = said["enum"].as_array().unwrap().iter();
                assert!(words.eq(Status::ALL.map(Status::word).iter()));
                continue;
            }
            _ => "string",
        };
        match spec.required {
            true => assert_eq!(said["type"], kind, "{}", spec.name),
            false => assert_eq!(said["type"], json!([kind, "null"]), "{}", spec.name),
        }
    }
    for keys in [
        r#"{"waiting_on": []}"#,
        r#"{"drift": ["x"]}"#,
        r#"{"sources": []}"#,
    ] {
        let mut step: Value =
            serde_json::from_str(&folder().run(&["show", "3", "--json"]).ok()).unwrap();
        let wrong: Value = serde_json::from_str(keys).unwrap();
        for (key, value) in wrong.as_object().unwrap() {
            step[key] = value.clone();
        }
        let validator = jsonschema::draft202012::options()
            .build(&schema("step"))
            .unwrap();
        assert!(!validator.is_valid(&step), "{keys}");
    }
}

fn keys_of(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// Within a schema version properties may be added, so that no published schema forbids those
/// it does not name; a step's ID is text wherever stepdeck prints one.
#[test]
fn published_schemas_leave_room_and_name_steps_by_text() {
    fn look(name: &str, at: &Value, root: &Value) {
        if let Value::Object(object) = at {
            assert_ne!(
                object.get("additionalProperties"),
                Some(&false.into()),
                "{name}"
            );
            assert!(!object.contains_key("unevaluatedProperties"), "{name}");
            if let Some(mut id) = object.get("properties").and_then(|all| all.get("step_id")) {
                if let Some(Value::String(link)) = id.get("$ref") {
                    id = root.pointer(link.trim_start_matches('#')).unwrap();
                }
                let kind = &id["type"];
                let is_text = *kind == "string" || *kind == json!(["string", "null"]);
                assert!(is_text || name == "log-line", "{name}: {id}");
            }
            object.values().for_each(|value| look(name, value, root));
        } else if let Value::Array(items) = at {
            items.iter().for_each(|item| look(name, item, root));
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let names: Vec<String> = files
        .map(|file| {
            file.file_name()
                .into_string()
                .unwrap()
                .replace(".schema.json", "")
        })
        .collect();
    assert!(names.len() >= 9);
    for name in names {
        let schema = schema(&name);
        look(&name, &schema, &schema);
    }
}

/// The bundled and the generated plan, through `list --json`.
#[test]
fn whole_plans_list_as_the_schema_says() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: Vec<(String, Vec<u8>)> = stepdeck::record::demo::plan(300, 9)
        .into_iter()
        .map(|(path, bytes)| (path.to_string_lossy().into_owned(), bytes))
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(p, b)| (p.as_str(), &b[..])).collect();
    let list = valid(
        "list",
        &Folder::with_bytes(&files).run(&["list", "--json"]).ok(),
    );
    assert_eq!(list["total"], 300);
    let bundled = fs::read_dir(repository.join("data/plans"))
        .unwrap()
        .next()
        .unwrap();
    let bundled = fs::read(bundled.unwrap().path()).unwrap();
    let folder = Folder::with_bytes(&[(LOG, &bundled)]);
    valid("list", &folder.run(&["list", "--json"]).ok());
}
