//! The same caller in Rust, through the generated Rust module.

use std::fmt::Write;

/// A function of the module: its name, its parameters' names and types, and how each is put into registers.
struct Function {
    name: String,
    number: String,
    parameters: Vec<(String, usize, bool)>,
}

struct Convention {
    name: String,
    via: bool,
    outputs: bool,
    arguments: usize,
    register: String,
    calls: Vec<Function>,
}

/// The source of a crate with `call_by_c`, for an architecture of Rust's; the module stands beside it in
/// `hypercall.rs`. `via` is the type of ways out of the guest, if conventions have a choice.
pub fn source(module: &str, arch: &str, via: &str) -> Result<String, String> {
    let begin = format!("#[cfg(target_arch = \"{arch}\")]\npub mod stub {{");
    let (_, stub) = module.split_once(&begin).ok_or(format!("the module has no stubs for {arch}"))?;
    let stub = stub.split("\n#[cfg(target_arch").next().unwrap_or(stub);
    let mut conventions = Vec::new();
    for text in stub.split("\n    pub mod ").skip(1) {
        conventions
            .push(convention(text).ok_or(format!("a convention that is not understood: {text:.200}"))?);
    }
    let mut out = String::from(HEAD);
    for (i, convention) in conventions.iter().enumerate() {
        write_convention(&mut out, i, convention, via);
    }
    out.push_str(
        "/// # Safety\n/// As every call's.\n#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn call_by_c(c: &mut Call) -> i32 {\n    \
         unsafe {\n        match c.convention {\n",
    );
    for i in 0..conventions.len() {
        let _ = writeln!(out, "            {i} => by_{i}(c),"); // a String takes everything
    }
    out.push_str("            _ => return 0,\n        }\n    }\n    1\n}\n");
    Ok(out)
}

const HEAD: &str = "\
#![no_std]
#![allow(unused)]
mod hypercall;
use hypercall::stub;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

#[repr(C)]
pub struct Call {
    convention: u32,
    via: u32,
    number: u64,
    count: u64,
    arguments: [u64; 9],
    result: i64,
    value: u64,
    more: [u64; 8],
    faults: u64,
    typed: u64,
}

";

fn convention(text: &str) -> Option<Convention> {
    let (name, body) = text.split_once(" {")?;
    let mut functions = body.split("pub unsafe fn ").skip(1);
    let raw = functions.next()?;
    let list = parameters(raw)?;
    let via = list.first()?.0 == "via";
    let arguments = list.len() - 1 - usize::from(via);
    let register = list.last()?.1.clone();
    let outputs = raw.lines().next()?.contains("super::Outputs)");
    let mut calls = Vec::new();
    for text in functions {
        let own: Vec<_> = parameters(text)?.into_iter().filter(|p| p.0 != "via").collect();
        let (_, values) = text.split_once("unsafe { raw(")?;
        let values: Vec<&str> = values.split_once(") }")?.0.split(", ").collect();
        let values = &values[usize::from(via)..];
        let number = values.first()?.replace("super::super::number", "hypercall::number");
        let mut parameters = Vec::new();
        for (name, kind) in own {
            let uses = |value: &&str| {
                let words = value.split(|c: char| !c.is_alphanumeric() && c != '_');
                words.into_iter().any(|word| word == name)
            };
            let at = values[1..].iter().position(uses)?;
            let high = values.get(at + 2).is_some_and(uses);
            parameters.push((kind, at, high));
        }
        let name = text.split(['<', '(']).next()?.to_string();
        calls.push(Function { name, number, parameters });
    }
    Some(Convention { name: name.into(), via, outputs, arguments, register, calls })
}

fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let (_, list) = text.split_once('(')?;
    let (list, _) = list.split_once(") -> ")?;
    // A type with parameters of its own has a comma, too: it is the first's.
    let list = list.replace("Via<PORT, MMIO>", "Via");
    list.split(", ")
        .filter(|p| !p.is_empty())
        .map(|p| p.split_once(": ").map(|(name, kind)| (name.to_string(), kind.to_string())))
        .collect()
}

fn write_convention(out: &mut String, index: usize, convention: &Convention, via: &str) {
    let Convention { name, register, .. } = convention;
    let _ = writeln!(out, "unsafe fn by_{index}(c: &mut Call) {{\n    let a = c.arguments;");
    if convention.via {
        let _ = writeln!(out, "    let via: {via} = unsafe {{ way(c.via) }};");
    }
    out.push_str("    c.typed = 1;\n");
    let mut tests = Vec::new();
    for call in &convention.calls {
        let slots = call.parameters.iter().map(|p| p.1 + 1 + usize::from(p.2)).max().unwrap_or(0);
        let mut fits = format!("c.number == {} as u64 && c.count <= {slots}", call.number);
        let mut values = if convention.via { vec!["via".to_string()] } else { Vec::new() };
        for (kind, at, high) in &call.parameters {
            if *high {
                values.push(format!("(a[{at}] & 0xffff_ffff) | a[{}] << 32", at + 1));
            } else {
                fits += &format!(" && a[{at}] as {register} == a[{at}] as {kind} as {register}");
                values.push(format!("a[{at}] as {kind}"));
            }
        }
        tests.push(format!(
            "if {fits} {{\n        unsafe {{ stub::{name}::{}({}) }}\n    }} else ",
            call.name,
            values.join(", ")
        ));
    }
    let mut values = if convention.via { vec!["via".to_string()] } else { Vec::new() };
    values.push(format!("c.number as {register}"));
    values.extend((0..convention.arguments).map(|i| format!("a[{i}] as {register}")));
    let _ = writeln!(
        out,
        "    let found = {}{{\n        c.typed = 0;\n        unsafe {{ stub::{name}::raw({}) }}\n    }};",
        tests.concat(),
        values.join(", ")
    );
    out.push_str(if convention.outputs {
        "    c.result = found.0;\n    c.value = found.1.value;\n    c.more = found.1.more;\n}\n\n"
    } else {
        "    c.result = found;\n}\n\n"
    });
}
