//! The functions of a header, read from its preprocessed text.

/// The functions of a target.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Functions {
    /// Those of conventions.
    pub conventions: Vec<Convention>,
    /// Those of calls.
    pub calls: Vec<Call>,
}

/// A convention's function.
#[derive(Debug, PartialEq, Eq)]
pub struct Convention {
    /// Its name.
    pub name: String,
    /// Whether it takes a way out of the guest.
    pub via: bool,
    /// How many arguments it takes.
    pub arguments: usize,
    /// Whether it gives outputs beside its result.
    pub outputs: bool,
}

/// A call's function.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// The convention's function that it uses.
    pub convention: String,
    /// The number, as it is written.
    pub number: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
}

/// A parameter.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its type.
    pub kind: String,
    /// The index of the argument register that takes it.
    pub at: usize,
    /// Whether the register behind takes its upper half.
    pub high: bool,
}

/// Reads them; what is not understood is an error.
pub fn functions(text: &str) -> Result<Functions, String> {
    let mut functions = Functions::default();
    for piece in text.split("static __inline__ int64_t ").skip(1) {
        let bad = || format!("a function that is not understood: {}", piece.lines().next().unwrap_or(""));
        let (name, rest) = piece.split_once('(').ok_or_else(bad)?;
        let (list, body) = rest.split_once(')').ok_or_else(bad)?;
        let list: Vec<&str> = list.split(',').map(str::trim).filter(|p| *p != "void").collect();
        let via = list.first() == Some(&"enum hypercall_via via");
        let outputs = list.last() == Some(&"struct hypercall_outputs *out");
        let own = &list[usize::from(via)..list.len() - usize::from(outputs)];
        if let [number, arguments @ ..] = own
            && *number == "hypercall_reg number"
        {
            let name = name.to_string();
            functions.conventions.push(Convention { name, via, arguments: arguments.len(), outputs });
        } else {
            functions.calls.push(call(name, own, body, via).ok_or_else(bad)?);
        }
    }
    if functions.conventions.is_empty() {
        return Err("the header has no function for a convention".into());
    }
    Ok(functions)
}

fn call(name: &str, own: &[&str], body: &str, via: bool) -> Option<Call> {
    let (_, body) = body.split_once("return ")?;
    let (convention, rest) = body.split_once('(')?;
    let (values, _) = rest.split_once(");")?;
    let mut values = values.split(',').map(str::trim);
    if via {
        values.next().filter(|v| *v == "via")?;
    }
    let number = values.next()?.to_string();
    let values: Vec<&str> = values.collect();
    let mut parameters = Vec::new();
    for parameter in own {
        let (kind, name) = parameter.rsplit_once(' ')?;
        let at = values.iter().position(|v| *v == format!("(hypercall_reg){name}"))?;
        let upper = format!("(hypercall_reg)({name} >> 32)");
        let high = values.get(at + 1) == Some(&upper.as_str());
        parameters.push(Parameter { kind: kind.to_string(), at, high });
    }
    Some(Call { name: name.into(), convention: convention.trim().into(), number, parameters })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_read_with_their_parameters() {
        let text = "\
            static __inline__ int64_t hypercall_kvm(enum hypercall_via via, hypercall_reg number, \
            hypercall_reg a1, hypercall_reg a2) { return (int64_t)result; }\n\
            static __inline__ int64_t hypercall_kvm_mmu_op(enum hypercall_via via, uint64_t buffer)\n{\n \
            return hypercall_kvm(via, 2, (hypercall_reg)buffer, (hypercall_reg)(buffer >> 32));\n}\n\
            static __inline__ int64_t hypercall_epapr_nop(struct hypercall_outputs *out)\n{\n \
            return hypercall_epapr(0x2a0003, 0, out);\n}";
        let Functions { conventions, calls } = functions(text).unwrap();
        let name = "hypercall_kvm".to_string();
        assert_eq!(conventions, [Convention { name, via: true, arguments: 2, outputs: false }]);
        assert_eq!(calls[0].convention, "hypercall_kvm");
        assert_eq!(calls[0].number, "2");
        assert_eq!(calls[0].parameters, [Parameter { kind: "uint64_t".into(), at: 0, high: true }]);
        assert_eq!((calls[1].number.as_str(), calls[1].parameters.len()), ("0x2a0003", 0));
        assert!(functions("int x;").is_err());
    }
}
