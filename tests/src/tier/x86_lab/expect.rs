//! What the probe has to say of the two kernels and of this machine.

use std::fmt::Display;

use serde::Deserialize;

use crate::tally::Tally;

/// What `hypercall probe --format json` prints.
#[derive(Clone, Debug, Deserialize)]
pub struct Probed {
    capabilities: Vec<Capability>,
    transports: Vec<Transport>,
}

#[derive(Clone, Debug, Deserialize)]
struct Capability {
    name: String,
    number: u64,
    value: i64,
}

#[derive(Clone, Debug, Deserialize)]
struct Transport {
    name: String,
    delivered: bool,
    finding: String,
}

/// Bits of KVM_CAP_XEN_HVM (Linux `Documentation/virt/kvm/api.rst`): blobs for the MSR, and KVM_EXIT_XEN.
const XEN_HVM_CONFIG: i64 = 1 << 0 | 1 << 1;
/// What KVM_CAP_EXIT_HYPERCALL gives: KVM_HC_MAP_GPA_RANGE, number 12, and no other.
const MAP_GPA_RANGE: i64 = 1 << 12;

impl Probed {
    /// Reads it.
    pub fn parse(json: &str) -> Result<Probed, String> {
        serde_json::from_str(json).map_err(|error| format!("hypercall probe printed no findings: {error}"))
    }

    /// Zero where the kernel has none.
    fn capability(&self, name: &str) -> i64 {
        self.capabilities.iter().find(|c| c.name == name).map_or(0, |c| c.value.max(0))
    }

    fn delivers(&self, transport: &str) -> bool {
        self.transports.iter().any(|t| t.name == transport && t.delivered)
    }

    /// Whether KVM answers an unknown number itself, with -KVM_ENOSYS.
    fn answers(&self, instruction: &str) -> bool {
        self.transports
            .iter()
            .any(|t| t.name == instruction && !t.delivered && t.finding.ends_with("with -1000"))
    }

    /// What is probed, whatever came of it.
    fn questions(&self) -> (Vec<(&str, u64)>, Vec<&str>) {
        let capabilities = self.capabilities.iter().map(|c| (c.name.as_str(), c.number)).collect();
        (capabilities, self.transports.iter().map(|t| t.name.as_str()).collect())
    }

    /// The capabilities that the kernel has.
    fn present(&self) -> Vec<&str> {
        self.capabilities.iter().filter(|c| c.value > 0).map(|c| c.name.as_str()).collect()
    }
}

/// Compares the kernel with CONFIG_KVM_XEN, the one without, and this machine's KVM if it has one. Each check has a
/// name and says whether it holds.
pub fn compare(xen: &Probed, plain: &Probed, host: Option<&Probed>) -> Vec<(String, bool)> {
    let mut checks = Vec::new();
    let mut check = |what: String, holds| checks.push((what, holds));
    for (kernel, probed) in [("6.12", xen), ("6.1", plain)] {
        for transport in ["pio", "mmio", "exit-hypercall"] {
            check(format!("{kernel} delivers {transport}"), probed.delivers(transport));
        }
        for instruction in ["vmcall", "vmmcall"] {
            check(format!("{kernel} answers an unknown {instruction}"), probed.answers(instruction));
        }
        let numbers = probed.capability("KVM_CAP_EXIT_HYPERCALL");
        check(format!("{kernel} lets number 12 exit"), numbers == MAP_GPA_RANGE);
        let capability = |name| probed.capability(name) > 0;
        check(format!("{kernel} has sync registers"), capability("KVM_CAP_SYNC_REGS"));
        check(
            format!("{kernel} has MSR exits and filters"),
            capability("KVM_CAP_X86_USER_SPACE_MSR") && capability("KVM_CAP_X86_MSR_FILTER"),
        );
    }
    check("6.12 delivers exit-xen".to_owned(), xen.delivers("exit-xen"));
    check("6.1 does not deliver exit-xen".to_owned(), !plain.delivers("exit-xen"));
    let blobs_and_exits = xen.capability("KVM_CAP_XEN_HVM") & XEN_HVM_CONFIG == XEN_HVM_CONFIG;
    check("6.12 has Xen's blobs and KVM_EXIT_XEN".to_owned(), blobs_and_exits);
    check("6.1 has no Xen capability".to_owned(), plain.capability("KVM_CAP_XEN_HVM") == 0);
    let here: Vec<&str> = plain.present().into_iter().filter(|name| !xen.present().contains(name)).collect();
    check(format!("6.12 has every capability of 6.1, also {here:?}"), here.is_empty());
    check("both kernels are asked the same".to_owned(), xen.questions() == plain.questions());
    if let Some(host) = host {
        check("this machine is asked the same".to_owned(), host.questions() == xen.questions());
        check(
            "this machine delivers the doorbells".to_owned(),
            host.delivers("pio") && host.delivers("mmio"),
        );
        // Some advertise it and do not deliver; none delivers what it does not advertise.
        let advertised = host.capability("KVM_CAP_EXIT_HYPERCALL") & MAP_GPA_RANGE != 0;
        let what = "this machine delivers number 12 only where it has the capability";
        check(what.to_owned(), advertised || !host.delivers("exit-hypercall"));
    }
    checks
}

/// One pass or failure for each.
pub fn judge<T: Display>(checks: &[(T, bool)]) -> Tally {
    let mut tally = Tally::default();
    for (what, holds) in checks {
        tally.add(if *holds { Tally::pass() } else { Tally::failure(format!("not so: {what}")) });
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probed(xen_hvm: i64, hypercall: bool) -> Probed {
        let capability = |name: &str, number, value| Capability { name: name.to_owned(), number, value };
        let transport = |name: &str, delivered, finding: &str| Transport {
            name: name.to_owned(),
            delivered,
            finding: finding.to_owned(),
        };
        Probed {
            capabilities: vec![
                capability("KVM_CAP_SYNC_REGS", 74, 7),
                capability("KVM_CAP_EXIT_HYPERCALL", 201, 0x1000),
                capability("KVM_CAP_XEN_HVM", 38, xen_hvm),
                capability("KVM_CAP_X86_USER_SPACE_MSR", 188, 1),
                capability("KVM_CAP_X86_MSR_FILTER", 189, 1),
            ],
            transports: vec![
                transport("pio", true, ""),
                transport("mmio", true, ""),
                transport("exit-hypercall", hypercall, ""),
                transport("exit-xen", xen_hvm > 0, ""),
                transport("vmcall", false, "KVM answers it itself, with -1000"),
                transport("vmmcall", false, "KVM answers it itself, with -1000"),
            ],
        }
    }

    fn failures(xen: &Probed, plain: &Probed, host: Option<&Probed>) -> Vec<String> {
        judge(&compare(xen, plain, host)).reasons
    }

    #[test]
    fn the_kernels_differ_in_xen_and_a_host_may_deliver_less() {
        let (xen, plain, host) = (probed(0x1ff, true), probed(0, true), probed(0, false));
        assert_eq!(failures(&xen, &plain, Some(&host)), [""; 0]);
        assert_eq!(judge(&compare(&xen, &plain, None)).passed, 22);
        assert_eq!(judge(&compare(&xen, &plain, Some(&host))).passed, 25);
    }

    #[test]
    fn each_difference_that_should_not_be_is_named() {
        let (xen, plain) = (probed(0x1ff, true), probed(0, true));
        let absent = ["not so: 6.12 delivers exit-xen", "not so: 6.12 has Xen's blobs and KVM_EXIT_XEN"];
        assert_eq!(failures(&plain, &plain, None), absent);
        let present = ["not so: 6.1 does not deliver exit-xen", "not so: 6.1 has no Xen capability"];
        assert_eq!(failures(&xen, &xen, None), present);
        let undelivered = probed(0x1ff, false);
        assert_eq!(failures(&undelivered, &plain, None), ["not so: 6.12 delivers exit-hypercall"]);
        let mut host = probed(0, true);
        host.capabilities[1].value = -1;
        let what = "not so: this machine delivers number 12 only where it has the capability";
        assert_eq!(failures(&xen, &plain, Some(&host)), [what]);
        host.capabilities.pop();
        assert_eq!(failures(&xen, &plain, Some(&host)), ["not so: this machine is asked the same", what]);
    }
}
