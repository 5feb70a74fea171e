//! Which calls a VM may make.

use crate::{Definition, Registry, Status};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::str::FromStr;

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// The call of this name, or with an interface before a colon, every call of the interface: `kvm:*`.
    Name(String),
    /// The call with this number in the interface of this name.
    Number(String, u64),
    /// Every call with this status.
    Status(Status),
}

impl Selector {
    /// Whether it means calls without naming them.
    fn is_group(&self) -> bool {
        match self {
            Selector::Name(name) => name.ends_with(":*"),
            Selector::Number(..) => false,
            Selector::Status(_) => true,
        }
    }

    fn matches(&self, definition: &Definition) -> bool {
        match self {
            Selector::Name(name) => match name.strip_suffix(":*") {
                Some(interface) => definition.interface.name == interface,
                None => definition.name == name,
            },
            Selector::Number(interface, number) => {
                definition.interface.name == interface && definition.number == *number
            }
            Selector::Status(status) => definition.status == *status,
        }
    }
}

/// A name, `interface:number`, `interface:*`, or a status.
impl FromStr for Selector {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Selector, PolicyError> {
        if let Some(status) = Status::ALL.into_iter().find(|s| s.name() == text) {
            return Ok(Selector::Status(status));
        }
        match text.split_once(':') {
            Some((_, "*")) | None => Ok(Selector::Name(text.to_string())),
            Some((interface, number)) => {
                let parsed = match number.strip_prefix("0x") {
                    Some(hex) => u64::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                match parsed {
                    Ok(number) => Ok(Selector::Number(interface.to_string(), number)),
                    Err(_) => Err(PolicyError::Number(text.to_string())),
                }
            }
        }
    }
}

/// A policy that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A word of the policy's text that is no rule.
    #[error(
        "`{0}` is no policy; it is default, strict or confidential, then allow=CALL, deny=CALL or user-mode, separated by commas"
    )]
    Word(String),
    /// A number that is none.
    #[error("`{0}`: the part after the colon is no number")]
    Number(String),
    /// A rule about a call that does not exist.
    #[error("the policy names {call}, which is no call{}", did_you_mean(*.nearest))]
    UnknownCall {
        /// What the rule says.
        call: String,
        /// The nearest name there is.
        nearest: Option<&'static str>,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| alloc::format!("; did you mean {name}?"))
}

/// Where a policy starts from before its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    Default,
    Strict,
    Confidential,
}

/// Which calls a VM may make; compiled into the dispatcher when it is built.
///
/// The last rule that matches a call decides. Where none does, the preset decides:
///
/// | preset | a call no rule matches |
/// |---|---|
/// | [`default`](Policy::default) | served, if it has a handler |
/// | [`strict`](Policy::strict) | denied: only what is listed is served, and a deprecated call only if its name or number is |
/// | [`confidential`](Policy::confidential) | denied if deprecated or if it makes the guest trust data from the host; otherwise served |
///
/// A denied call answers as an unknown one does, and is counted apart. Obsolete calls are unknown whatever
/// the policy says.
///
/// ```
/// use hypercall_core::Policy;
/// let policy: Policy = "strict,allow=active,deny=kvm:9".parse()?;
/// assert_eq!(policy, Policy::strict().allow("active".parse()?).deny("kvm:9".parse()?));
/// # Ok::<(), hypercall_core::policy::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    base: Base,
    rules: Vec<(Selector, bool)>,
    user_mode: bool,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy { base: Base::Default, rules: Vec::new(), user_mode: false }
    }
}

impl Policy {
    /// Serves what is listed, and nothing else.
    pub fn strict() -> Policy {
        Policy { base: Base::Strict, ..Policy::default() }
    }

    /// For guests that do not trust their host.
    pub fn confidential() -> Policy {
        Policy { base: Base::Confidential, ..Policy::default() }
    }

    /// Allows calls.
    #[must_use]
    pub fn allow(mut self, selector: Selector) -> Policy {
        self.rules.push((selector, true));
        self
    }

    /// Denies calls.
    #[must_use]
    pub fn deny(mut self, selector: Selector) -> Policy {
        self.rules.push((selector, false));
        self
    }

    /// Lets user programs of the guest's make calls too.
    ///
    /// Calls take guest-physical addresses, which no page table of the guest's guards: with multicalls, rings or
    /// any call that writes to memory a program can write to its kernel's. [`deny`](Self::deny) what it should not
    /// have.
    #[must_use]
    pub fn allow_user_mode(mut self) -> Policy {
        self.user_mode = true;
        self
    }

    /// Whether user programs may make calls.
    pub fn user_mode(&self) -> bool {
        self.user_mode
    }

    /// Whether the policy lets the guest make a call.
    pub fn allows(&self, definition: &Definition) -> bool {
        let listed = self.rules.iter().rev().find(|(selector, _)| selector.matches(definition));
        let deprecated = definition.status != Status::Active;
        match (self.base, listed) {
            (_, Some((_, false))) => false,
            (Base::Default, _) => true,
            (Base::Strict, Some((selector, true))) => !deprecated || !selector.is_group(),
            (Base::Strict, None) => false,
            (Base::Confidential, Some((_, true))) => true,
            (Base::Confidential, None) => !deprecated && !definition.trusts_host,
        }
    }

    /// Checks that every rule is about a call or interface that exists.
    ///
    /// # Errors
    /// [`PolicyError::UnknownCall`], with the nearest name.
    pub fn check(&self, registry: &Registry) -> Result<(), PolicyError> {
        for (selector, _) in &self.rules {
            let text = match selector {
                Selector::Status(_) => continue,
                Selector::Name(name) => name.clone(),
                Selector::Number(interface, number) => alloc::format!("{interface}:{number}"),
            };
            if !registry.iter().any(|d| selector.matches(d)) {
                let nearest = registry.nearest(&text);
                return Err(PolicyError::UnknownCall { call: text, nearest });
            }
        }
        Ok(())
    }
}

/// A preset, then rules: `confidential,allow=KVM_HC_CLOCK_PAIRING,user-mode`.
impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Policy, PolicyError> {
        let mut words = text.split(',').peekable();
        let preset = match words.peek() {
            Some(&"default") => Some(Policy::default()),
            Some(&"strict") => Some(Policy::strict()),
            Some(&"confidential") => Some(Policy::confidential()),
            _ => None,
        };
        if preset.is_some() {
            words.next();
        }
        words.try_fold(preset.unwrap_or_default(), |policy, word| match word.split_once('=') {
            Some(("allow", call)) => Ok(policy.allow(call.parse()?)),
            Some(("deny", call)) => Ok(policy.deny(call.parse()?)),
            None if word == "user-mode" => Ok(policy.allow_user_mode()),
            _ => Err(PolicyError::Word(word.to_string())),
        })
    }
}
