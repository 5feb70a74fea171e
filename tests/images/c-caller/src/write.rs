//! `call_by_c`, which makes any call of the header.

use crate::parse::{Call, Convention, Functions};
use std::fmt::Write;

/// The C source.
pub fn call_by_c(functions: &Functions, defines: &str) -> String {
    let mut out = format!("{defines}\n#include \"call.h\"\n#include \"hypercall.h\"\n\n");
    for convention in &functions.conventions {
        let calls = functions.calls.iter().filter(|call| call.convention == convention.name);
        function(&mut out, convention, calls);
    }
    out.push_str("int call_by_c(struct call *c)\n{\n\tswitch (c->convention) {\n");
    for (i, convention) in functions.conventions.iter().enumerate() {
        let _ = writeln!(out, "\tcase {i}:\n\t\tby_{}(c);\n\t\treturn 1;", convention.name); // a String takes everything
    }
    out.push_str("\tdefault:\n\t\treturn 0;\n\t}\n}\n");
    out
}

fn function<'a>(out: &mut String, convention: &Convention, calls: impl Iterator<Item = &'a Call>) {
    let _ = writeln!(out, "static void by_{}(struct call *c)\n{{", convention.name);
    out.push_str("\tconst uint64_t *a = c->arguments;\n");
    if convention.outputs {
        out.push_str("\tstruct hypercall_outputs outputs;\n\tunsigned i;\n");
    }
    out.push_str("\n\tc->typed = 1;\n\tswitch (c->number) {\n");
    for call in calls {
        let mut fits = vec![format!("c->count <= {}", slots(call))];
        let mut values = Vec::new();
        for parameter in &call.parameters {
            let (kind, at) = (&parameter.kind, parameter.at);
            if parameter.high {
                values.push(format!("a[{at}] | a[{}] << 32", at + 1));
            } else {
                fits.push(format!("(hypercall_reg)({kind})a[{at}] == (hypercall_reg)a[{at}]"));
                values.push(format!("({kind})a[{at}]"));
            }
        }
        let _ = writeln!(
            out,
            "\tcase {}:\n\t\tif (!({}))\n\t\t\tbreak;\n\t\tc->result = {}({});\n\t\tgoto made;",
            call.number,
            fits.join(" && "),
            call.name,
            list(convention, values)
        );
    }
    let mut values = vec!["(hypercall_reg)c->number".to_string()];
    values.extend((0..convention.arguments).map(|i| format!("(hypercall_reg)a[{i}]")));
    let _ = writeln!(
        out,
        "\tdefault:\n\t\tbreak;\n\t}}\n\tc->typed = 0;\n\tc->result = {}({});\nmade:",
        convention.name,
        list(convention, values)
    );
    if convention.outputs {
        out.push_str(
            "\tc->value = outputs.value;\n\
             \tfor (i = 0; i < sizeof(outputs.more) / sizeof(outputs.more[0]) && i < 8; i++)\n\
             \t\tc->more[i] = outputs.more[i];\n}\n\n",
        );
    } else {
        out.push_str("\treturn;\n}\n\n");
    }
}

/// Argument registers that a call's parameters take.
fn slots(call: &Call) -> usize {
    call.parameters.iter().map(|p| p.at + 1 + usize::from(p.high)).max().unwrap_or(0)
}

fn list(convention: &Convention, mut values: Vec<String>) -> String {
    if convention.via {
        values.insert(0, "(enum hypercall_via)c->via".into());
    }
    if convention.outputs {
        values.push("&outputs".into());
    }
    values.join(", ")
}
