// Rows, in the order of the data, and the tests that are about them. Included where `exercised!` is defined: by
// the tests themselves, and by the one of the chapter, which runs on machines that have no KVM too.
exercised! {
    KVM_GET_API_VERSION: system::kvm_get_api_version_answers_12;
    KVM_CREATE_VM: system::kvm_create_vm_makes_vms_of_a_type_that_exists;
    KVM_GET_MSR_INDEX_LIST: system::kvm_get_msr_index_list_names_registers_that_can_be_read;
    KVM_SET_MEMORY_REGION: memory::kvm_set_memory_region_is_done_with_memory_of_the_vmms;
    KVM_CREATE_VCPU: system::kvm_create_vcpu_makes_each_id_once;
    KVM_GET_DIRTY_LOG:
        memory::kvm_get_dirty_log_names_the_pages_the_guest_wrote_and_clears_itself,
        memory::kvm_get_dirty_log_proves_which_pages_a_handler_wrote;
    KVM_RUN:
        system::kvm_run_goes_on_from_exit_to_exit,
        system::kvm_run_carries_cr8_in_and_out_and_the_apic_base_out;
    KVM_GET_REGS: registers::kvm_get_regs_reads_what_the_guest_set;
    KVM_SET_REGS: registers::kvm_set_regs_sets_what_the_guest_reads;
    KVM_GET_SREGS: registers::kvm_get_sregs_reads_what_the_guest_set;
    KVM_SET_SREGS:
        registers::kvm_set_sregs_sets_what_the_guest_uses,
        registers::kvm_set_sregs_delivers_the_interrupt_in_its_bitmap;
    KVM_TRANSLATE:
        translate::kvm_translate_walks_the_guests_page_tables,
        translate::kvm_translate_decodes_a_guest_virtual_pointer_argument;
    KVM_INTERRUPT: exits::kvm_interrupt_is_taken_at_a_vapic_poll_irq;
    KVM_DEBUG_GUEST:
        debug::kvm_debug_guest_has_four_hardware_breakpoints,
        debug::kvm_debug_guest_steps_through_instructions;
    KVM_GET_MSRS: registers::kvm_get_msrs_reads_what_the_guest_wrote;
    KVM_SET_MSRS: registers::kvm_set_msrs_sets_what_the_guest_reads;
    KVM_EXIT_UNKNOWN: exits::kvm_exit_unknown_is_an_internal_error_today;
    KVM_EXIT_EXCEPTION: exits::kvm_exit_exception_is_not_made_for_an_exception_of_the_guests;
    KVM_EXIT_IO:
        io::kvm_exit_io_out_carries_what_the_guest_writes,
        io::kvm_exit_io_in_carries_what_the_guest_reads,
        io::kvm_exit_io_string_moves_one_element,
        io::kvm_exit_io_rep_moves_them_all_up_and_down;
    KVM_EXIT_CPUID: exits::kvm_exit_cpuid_is_not_made_the_table_answers;
    KVM_EXIT_DEBUG: debug::kvm_exit_debug_says_where_and_why;
    KVM_EXIT_HLT: exits::kvm_exit_hlt_comes_after_the_instruction;
    KVM_EXIT_MMIO:
        io::kvm_exit_mmio_write_carries_what_the_guest_stores,
        io::kvm_exit_mmio_read_carries_what_the_guest_loads,
        io::kvm_exit_mmio_of_an_instruction_that_reads_and_writes_is_two;
    KVM_EXIT_IRQ_WINDOW_OPEN: exits::kvm_exit_irq_window_open_comes_when_the_guest_can_take_an_interrupt;
    KVM_EXIT_SHUTDOWN: exits::kvm_exit_shutdown_is_a_triple_fault;
}
