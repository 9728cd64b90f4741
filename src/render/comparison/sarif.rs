//! Comparisons in SARIF 2.1.0: a result for each difference.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::sentence;
use crate::comparison::states::{Change, Class, Comparison};
use crate::render::heading::Sheet;
use crate::render::json;
use crate::render::sarif::{Message, uri};

/// How many results GitHub accepts in a run.
const MOST: usize = 25_000;

pub(super) fn write(comparisons: &[Comparison], _sheet: &Sheet, writer: &mut dyn Write) -> io::Result<()> {
    let rule = |class: &Class| json!({ "id": class.name(), "shortDescription": { "text": class.title() } });
    let results: Vec<Value> = comparisons
        .iter()
        .flat_map(|comparison| comparison.changes.iter().map(move |change| result(comparison, change)))
        .take(MOST)
        .collect();
    let notifications: Vec<Value> = comparisons
        .iter()
        .filter_map(|comparison| {
            let message = comparison.obstacle.as_ref()?.to_string();
            let [_, after] = &comparison.sides;
            let location = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(&after.label) } } });
            Some(json!({ "level": "error", "message": Message::new(&message), "locations": [location] }))
        })
        .collect();
    let document = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "catalog9",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Class::ALL.iter().map(rule).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    json::write(&document, writer)
}

fn result(comparison: &Comparison, change: &Change) -> Value {
    let [_, after] = &comparison.sides;
    let level = match change.class {
        Class::Answering | Class::LibraryChanged => "error",
        Class::Moved | Class::BytesChanged => "note",
        _ => "warning",
    };
    json!({
        "ruleId": change.class.name(),
        "level": level,
        "message": Message::new(&sentence(change)),
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": uri(&after.label) }, "region": { "startLine": 1 } },
            "logicalLocations": [{ "fullyQualifiedName": change.subject.to_lossy() }],
        }],
    })
}
