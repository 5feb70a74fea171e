//! Every calling convention of every architecture, against tables written down by hand.
//!
//! - [`tables`]: which register is what, and the instructions' bytes, from the specifications.
//! - [`checks`]: a convention against its table; and a call from end to end, where the guest's side is the
//!   table and the host's side the convention.
//! - [`properties`]: over random register files, what any convention must do.
//! - [`breaks`]: each convention with one register wrong, which the checks must notice.

mod breaks;
mod checks;
mod files;
mod properties;
mod tables;

/// The tables cover what there is: a convention added without one fails here.
#[test]
fn every_convention_has_a_table() {
    let all = [
        hypercall_arch_x86::convention::ALL.as_slice(),
        hypercall_arch_s390::convention::ALL.as_slice(),
        hypercall_arch_ppc::convention::ALL.as_slice(),
    ]
    .concat();
    let with_table: Vec<_> = tables::ALL.iter().map(|t| t.convention.name).collect();
    assert_eq!(all.iter().map(|c| c.name).collect::<Vec<_>>(), with_table);
    for (convention, table) in all.iter().zip(&tables::ALL) {
        assert!(std::ptr::eq(*convention, table.convention), "{}", convention.name);
    }
}

#[test]
fn every_convention_is_as_its_specification_says() {
    for table in &tables::ALL {
        checks::table(table.convention, table).unwrap_or_else(|e| panic!("{}: {e}", table.convention.name));
    }
}

#[test]
fn a_call_goes_from_the_specified_registers_into_the_specified_registers() {
    for table in &tables::ALL {
        checks::end_to_end(table.convention, table)
            .unwrap_or_else(|e| panic!("{}: {e}", table.convention.name));
    }
}
