//! The table of rules as a document.

use super::{Class, Rule, Sample};

/// The rules as Markdown: by class, each with what it catches and what it lets pass.
pub fn markdown(rules: &[&Rule]) -> String {
    let mut out = String::from("# The rules of the ABI gate\n\n");
    for class in Class::ALL {
        let of_class: Vec<&&Rule> = rules.iter().filter(|rule| rule.class == class).collect();
        if !of_class.is_empty() {
            out.push_str(&format!("## {}\n\n", heading(class)));
            of_class.iter().for_each(|rule| one(&mut out, rule));
        }
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn heading(class: Class) -> &'static str {
    match class {
        Class::Breaking => "Breaking: a guest that was right may be wrong now",
        Class::Compatible => "Compatible: such a guest is right, and another one can do more",
        Class::Cosmetic => "Cosmetic: no guest can tell",
    }
}

fn one(out: &mut String, rule: &Rule) {
    out.push_str(&format!("### {}\n\n{}.\n\n", rule.id, capital(rule.title)));
    out.push_str(&format!("- Why: {}.\n- Instead: {}.\n\n", rule.reason, rule.instead));
    for (what, sample) in [("Caught", &rule.example), ("Not this rule's", &rule.near_miss)] {
        let lines = diff(sample);
        if !lines.is_empty() {
            out.push_str(&format!("{what}:\n\n```diff\n{lines}```\n\n"));
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// The lines that go and come, with those that stay between them.
fn diff(sample: &Sample) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (sample.before.lines().collect(), sample.after.lines().collect());
    let line = |sign: char, line: &str| format!("{sign}{line}\n");
    let stay = old.iter().filter(|l| new.contains(l)).map(|l| line(' ', l));
    let go = old.iter().filter(|l| !new.contains(l)).map(|l| line('-', l));
    let come = new.iter().filter(|l| !old.contains(l)).map(|l| line('+', l));
    stay.chain(go).chain(come).collect()
}

/// The rules as JSON: a list of objects with `id`, `class`, `title`, `reason`, `instead`, `example` and
/// `near_miss`, the last two with the lines `before` and `after`.
#[cfg(feature = "cli")]
pub fn json(rules: &[&Rule]) -> serde_json::Value {
    use serde_json::json;
    let sample = |s: &Sample| json!({ "before": s.before, "after": s.after });
    let one = |rule: &&Rule| {
        json!({
            "id": rule.id,
            "class": rule.class.name(),
            "title": rule.title,
            "reason": rule.reason,
            "instead": rule.instead,
            "example": sample(&rule.example),
            "near_miss": sample(&rule.near_miss),
        })
    };
    rules.iter().map(one).collect()
}
