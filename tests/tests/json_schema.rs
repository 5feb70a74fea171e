//! The JSON of the tables against its published JSON Schema, by a validator that is not ours.

use hypercall_core::{Arch, Status};
use hypercalls::tables::{Book, Filter, render_json, render_json_schema};
use serde_json::{Value, json};

fn book() -> Book {
    Book::linked().expect("no two calls collide")
}

fn validator() -> jsonschema::Validator {
    let schema = render_json_schema();
    jsonschema::draft202012::meta::validate(&schema).expect("it is a schema of 2020-12");
    jsonschema::draft202012::new(&schema).expect("every reference leads somewhere")
}

#[test]
fn the_whole_book_and_each_part_of_it_are_valid() {
    let book = book();
    let mut filters = vec![Filter::default()];
    filters.extend(Arch::ALL.map(|arch| Filter { arch: Some(arch), ..Filter::default() }));
    filters.extend(Status::ALL.map(|status| Filter { status: Some(status), ..Filter::default() }));
    filters.extend(
        book.conventions.iter().map(|c| Filter { convention: Some(c.name.into()), ..Filter::default() }),
    );
    filters.extend(
        book.calls.iter().map(|c| Filter { name: Some(c.definition.name.into()), ..Filter::default() }),
    );
    assert!(filters.len() > 50);
    let validator = validator();
    for filter in &filters {
        let json = render_json(&book.filtered(filter).expect("the filter names what there is"));
        let errors: Vec<_> =
            validator.iter_errors(&json).map(|e| format!("{e} at {}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{filter:?}: {errors:#?}");
    }
}

/// One mistake in each, which the schema sees.
#[test]
fn what_is_not_the_layout_is_refused() {
    let validator = validator();
    let whole = render_json(&book());
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut json = whole.clone();
        change(&mut json);
        assert_ne!(json, whole, "nothing was changed");
        !validator.is_valid(&json)
    };
    let set = |pointer: &'static str, value: Value| {
        let is_refused = refused(&|json| *json.pointer_mut(pointer).expect(pointer) = value.clone());
        assert!(is_refused, "{pointer} {value}");
    };
    set("/version", json!(2));
    set("/calls/0/number", json!(1));
    set("/calls/0/number", json!("0x01"));
    set("/calls/0/number", json!("0xABC"));
    set("/calls/0/number", json!("0x10000000000000000"));
    set("/calls/0/status", json!("retired"));
    set("/calls/0/architectures", json!([]));
    set("/calls/0/architectures/0", json!("arm"));
    set("/calls/0/registers/0/bits", json!(16));
    set("/calls/1/feature/bit", json!(-1));
    set("/calls/1/errors/0/error", json!("out of luck"));
    set("/conventions/0/instructions/0/bytes", json!("0f01c"));
    set("/conventions/0/user_refused", json!({}));
    set("/conventions/0/user_refused", json!({ "value": -1, "fault": "0x1" }));
    set("/encodings/0/codes", json!([]));
    set("/structures/0/fields/0/offset", json!("0"));
    set("/transports/0/exit", json!(3));

    // A field that is not known, and one that is missing, in every object there is.
    let mut pointers = Vec::new();
    objects(&whole, String::new(), &mut pointers);
    // One of each kind: those whose pointers differ in their indices alone are alike.
    let kind = |pointer: &str| pointer.replace(|c: char| c.is_ascii_digit(), "");
    pointers.sort_by_key(|pointer| kind(pointer));
    pointers.dedup_by_key(|pointer| kind(pointer));
    assert!(pointers.len() > 25, "{pointers:?}");
    for pointer in &pointers {
        let object = |json: &mut Value| json.pointer_mut(pointer).and_then(Value::as_object_mut).cloned();
        let fields = object(&mut whole.clone()).expect("an object");
        let put =
            |json: &mut Value, fields| *json.pointer_mut(pointer).expect("an object") = Value::Object(fields);
        assert!(
            refused(&|json| {
                let mut more = fields.clone();
                more.insert("colour".into(), json!("red"));
                put(json, more);
            }),
            "one more field in {pointer}"
        );
        for name in fields.keys() {
            let is_refused = refused(&|json| {
                let mut less = fields.clone();
                less.remove(name);
                put(json, less);
            });
            assert!(is_refused, "{pointer} without {name}");
        }
    }
}

fn objects(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| objects(value, format!("{pointer}/{name}"), found));
            found.push(pointer);
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, v)| objects(v, format!("{pointer}/{i}"), found));
        }
        _ => {}
    }
}
