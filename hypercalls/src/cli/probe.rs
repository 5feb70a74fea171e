//! `hypercall probe`.

use super::{Failure, Format};
use clap::Args;
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(after_help = "Each transport is tried in a throw-away VM under a watchdog: a capability that is \
    advertised may still not be delivered.")]
pub struct Arguments {
    /// How the findings are printed
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
impl Arguments {
    pub fn execute(self) -> Result<ExitCode, Failure> {
        use super::{print, print_json};
        use hypercall_arch_x86::kvm::probe;
        let kvm = probe::open().map_err(Failure::failed)?;
        let capabilities: Vec<_> = probe::capabilities(&kvm).collect();
        let transports = probe::transports(&kvm).map_err(Failure::failed)?;
        match self.format {
            Format::Json => {
                let capabilities: Vec<_> = capabilities
                    .iter()

.map(|(c, value)| serde_json::json!({"name": c.name, "number": c.number, "value": value, "purpose": c.purpose}))
                    .collect();
                let transports: Vec<_> = transports
                    .iter()
                    .map(|t| serde_json::json!({"name": t.transport.name(), "delivered": t.is_delivered(), "finding": t.to_string()}))
                    .collect();
                print_json(&serde_json::json!({"capabilities": capabilities, "transports": transports}))?;
            }
            Format::Table => {
                let mut text = String::from("transport       delivered  what was seen\n");
                for t in &transports {
                    let delivered = if t.is_delivered() { "yes" } else { "no" };
                    text.push_str(&format!("{:15} {delivered:10} {}\n", t.transport, t));
                }
                text.push_str("\nnumber  value       capability                       what for\n");
                for (c, value) in &capabilities {
                    text.push_str(&format!("{:6}  {:#010x}  {:32} {}\n", c.number, value, c.name, c.purpose));
                }
                print(&text)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
impl Arguments {
    pub fn execute(self) -> Result<ExitCode, Failure> {
        let _ = self.format;
        Err(Failure::failed("the probe is about KVM on x86_64 Linux, and this is another machine"))
    }
}
