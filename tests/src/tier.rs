//! The rows: which there are, and what each runs.

pub mod bare_metal;
mod browser;
mod c_header;
mod call_path;
mod documents;
mod lints;
mod native;
mod packages;
pub mod ppc_kvm;
pub mod qemu_user;
mod x86_lab;

use crate::cli::{Arch, ArchFilter};
use crate::report::Row;
use crate::session::Session;
use crate::workspace::Workspace;

/// Where tests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// As ordinary programs of this machine.
    Host,
    /// Guests on /dev/kvm: this machine's, or that of a kernel in an emulated machine.
    Kvm,
    /// Guests on the KVM of kernels in an emulated machine of this architecture.
    Lab,
    /// The documents, in a browser.
    Browser,
    /// The documents, with the tools and headers of those they are for.
    Documents,
    /// No tests: what the compiler and its tools say about the source.
    Lints,
    /// As ordinary programs of another machine, under user-mode QEMU.
    QemuUser,
    /// A host and its guest without an operating system, on a machine of QEMU's.
    BareMetal,
    /// A guest without an operating system, whose calls QEMU answers.
    OwnHost,
}

impl Tier {
    /// The name in the summary.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Host => "host",
            Tier::Kvm => "real KVM",
            Tier::Lab => "second KVM",
            Tier::Browser => "browser",
            Tier::Documents => "documents",
            Tier::Lints => "lints",
            Tier::QemuUser => "qemu-user",
            Tier::BareMetal => "bare metal",
            Tier::OwnHost => "QEMU's own host",
        }
    }

    /// Whether it makes the conformance cases, and so those of an author's crate.
    fn takes_crates(self) -> bool {
        match self {
            Tier::Host | Tier::Kvm | Tier::QemuUser | Tier::BareMetal => true,
            Tier::Lab | Tier::Browser | Tier::Documents | Tier::Lints | Tier::OwnHost => false,
        }
    }

    /// What the tier runs, in one line.
    pub fn what(self) -> &'static str {
        match self {
            Tier::Host => "unit, integration, compile-fail and documentation tests, and the examples",
            Tier::Kvm => "guests on /dev/kvm; on PowerPC that of a Debian kernel in QEMU",
            Tier::Lab => "guests on the KVM of Debian's kernels, with and without Xen, in QEMU",
            Tier::Documents => "the hypercall ABI built by Sphinx, and against Linux's own header",
            Tier::Browser => "the page of the hypercall ABI in a headless Chromium",
            Tier::Lints => {
                "rustfmt, clippy, rustdoc, oldest Rust, packages, features, no_std, instructions a call, C and Rust stubs"
            }
            Tier::QemuUser => "the tests of the published crates under user-mode QEMU",
            Tier::BareMetal => "host and guest in one image, the real instruction trapped and emulated",
            Tier::OwnHost => "the guest stubs against the hypervisor that QEMU itself is",
        }
    }
}

/// One row to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The architecture that the tests run as.
    pub arch: Arch,
    /// Where they run.
    pub tier: Tier,
}

/// Every row, and whether it can need an installation.
const PLANS: [(Plan, bool); 16] = [
    (Plan { arch: Arch::X86_64, tier: Tier::Host }, false),
    (Plan { arch: Arch::X86_64, tier: Tier::Kvm }, false),
    (Plan { arch: Arch::X86_64, tier: Tier::Lab }, true),
    (Plan { arch: Arch::X86_64, tier: Tier::Browser }, true),
    (Plan { arch: Arch::X86_64, tier: Tier::Documents }, true),
    (Plan { arch: Arch::X86_64, tier: Tier::Lints }, true),
    (Plan { arch: Arch::S390x, tier: Tier::QemuUser }, true),
    (Plan { arch: Arch::S390x, tier: Tier::BareMetal }, true),
    (Plan { arch: Arch::S390x, tier: Tier::OwnHost }, true),
    (Plan { arch: Arch::Ppc64, tier: Tier::QemuUser }, true),
    (Plan { arch: Arch::Ppc64, tier: Tier::BareMetal }, true),
    (Plan { arch: Arch::Ppc64, tier: Tier::OwnHost }, true),
    (Plan { arch: Arch::Ppc64le, tier: Tier::QemuUser }, true),
    (Plan { arch: Arch::Ppc64le, tier: Tier::BareMetal }, true),
    (Plan { arch: Arch::Ppc64le, tier: Tier::OwnHost }, true),
    (Plan { arch: Arch::Ppc64le, tier: Tier::Kvm }, true),
];

/// The rows that a command line selects, `with` an author's crate or without.
pub fn selected(arch: &[ArchFilter], quick: bool, with: bool) -> Vec<Plan> {
    PLANS
        .iter()
        .filter(|(_, installs)| !(quick && *installs))
        .map(|(plan, _)| *plan)
        .filter(|plan| !with || plan.tier.takes_crates())
        .filter(|plan| arch.iter().any(|filter| filter.matches(plan.arch)))
        .collect()
}

impl Plan {
    /// Runs the row. Whatever fails in it is in the row; the other rows still run.
    pub fn run(&self, session: &Session, workspace: &Workspace) -> Row {
        let tally = match self.tier {
            Tier::Host => native::host(session, workspace),
            Tier::Kvm if self.arch == Arch::X86_64 => native::kvm(session, workspace),
            Tier::Kvm => ppc_kvm::run(session, workspace),
            Tier::Lab => x86_lab::run(session, workspace),
            Tier::Browser => browser::run(session, workspace),
            Tier::Documents => documents::run(session, workspace),
            Tier::Lints => lints::run(session, workspace),
            Tier::QemuUser => qemu_user::run(self.arch, session, workspace),
            Tier::BareMetal if self.arch == Arch::S390x => bare_metal::s390x(session, workspace),
            Tier::BareMetal => bare_metal::ppc(self.arch, session, workspace),
            Tier::OwnHost if self.arch == Arch::S390x => bare_metal::s390x_own_host(session, workspace),
            Tier::OwnHost => bare_metal::ppc_own_host(self.arch, session, workspace),
        };
        Row::new(self, tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_selects_only_what_needs_no_installation() {
        let tiers: Vec<Tier> =
            selected(&[ArchFilter::All], true, false).iter().map(|plan| plan.tier).collect();
        assert_eq!(tiers, [Tier::Host, Tier::Kvm]);
        assert!(selected(&[ArchFilter::S390x], true, false).is_empty());
    }

    #[test]
    fn an_architecture_selects_its_rows() {
        let s390x = [Tier::QemuUser, Tier::BareMetal, Tier::OwnHost];
        let s390x = s390x.map(|tier| Plan { arch: Arch::S390x, tier });
        assert_eq!(selected(&[ArchFilter::S390x], false, false), s390x);
        assert_eq!(selected(&[ArchFilter::Ppc64, ArchFilter::Ppc64le], false, false).len(), 7);
        assert_eq!(selected(&[ArchFilter::All], false, false).len(), PLANS.len());
    }

    #[test]
    fn an_authors_crate_has_no_row_in_which_no_case_is_made() {
        let rows = selected(&[ArchFilter::All], false, true);
        assert!(rows.contains(&Plan { arch: Arch::S390x, tier: Tier::BareMetal }));
        assert!(rows.iter().all(|plan| ![Tier::Lints, Tier::OwnHost].contains(&plan.tier)));
    }
}
