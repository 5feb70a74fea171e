//! Identifiers for whatever a definition is called.

use super::SourceError;
use std::collections::BTreeMap;

/// The names of one scope, each with what it is the name of.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: BTreeMap<String, String>,
}

impl Names {
    /// Takes a name for `what`, and gives it back.
    ///
    /// # Errors
    /// [`SourceError::Collision`] when something else has it.
    pub fn claim(&mut self, identifier: String, what: impl Into<String>) -> Result<String, SourceError> {
        let what = what.into();
        match self.taken.insert(identifier.clone(), what.clone()) {
            Some(first) => Err(SourceError::Collision { identifier, first, second: what }),
            None => Ok(identifier),
        }
    }
}

/// `text` as a part of an identifier that begins with something else: whatever is no ASCII letter, digit or
/// underscore is an underscore.
pub fn part(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// In capitals, with an underscore before each word: `PageSz4K` is `PAGE_SZ4K`, `BadAddress` is `BAD_ADDRESS`.
pub fn capitals(text: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for c in part(text).chars() {
        if c.is_ascii_uppercase() && (before.is_ascii_lowercase()) {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
        before = c;
    }
    out
}

/// The same in lower case.
pub fn lower(text: &str) -> String {
    capitals(text).to_ascii_lowercase()
}

/// An identifier of its own, with no prefix: what a language keeps for itself gets an underscore behind it.
pub fn local(text: &str, is_reserved: impl Fn(&str) -> bool) -> String {
    let mut name = part(text);
    // Names that begin with an underscore are C's and its compilers'.
    if name.chars().next().is_none_or(|first| first.is_ascii_digit() || first == '_') {
        name.insert_str(0, "of_");
    }
    if is_reserved(&name) {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_name() {
        assert_eq!(part("a-b c/é*"), "a_b_c___");
        assert_eq!(capitals("BadAddress"), "BAD_ADDRESS");
        assert_eq!(capitals("PAGE_SZ_4K"), "PAGE_SZ_4K");
        assert_eq!(capitals("GetRunstateInfo"), "GET_RUNSTATE_INFO");
        assert_eq!(lower("KVM_HC_KICK_CPU"), "kvm_hc_kick_cpu");
        let reserved = |name: &str| name == "int";
        assert_eq!(local("int", reserved), "int_");
        assert_eq!(local("2nd", reserved), "of_2nd");
        assert_eq!(local("_a", reserved), "of__a");
        assert_eq!(local("", reserved), "of_");
    }

    #[test]
    fn a_collision_names_both() {
        let mut names = Names::default();
        names.claim("X".into(), "the call a").unwrap();
        let error = names.claim("X".into(), "the call b").unwrap_err();
        assert_eq!(error.to_string(), "the call a and the call b would both be called X; rename one of them");
    }
}
