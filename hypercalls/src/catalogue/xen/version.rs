//! Number 17: what the hypervisor is.

use super::commands;
use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::GuestAddress;
use hypercall_core::{Hypercall, Shared};

commands! {
    /// XENVER_*: what is asked (`xen/include/public/version.h`).
    VersionCommand & 0xffff_ffff, 32, "one of the values named; upper bits ignored":
    /// The version, major << 16 | minor, as the result.
    Version = 0,
    /// `char[16]`: what follows the version.
    ExtraVersion = 1,
    /// struct xen_compile_info.
    CompileInfo = 2,
    /// `char[1024]`: the kinds of guests it runs.
    Capabilities = 3,
    /// `char[64]`: the change it was built from.
    Changeset = 4,
    /// unsigned long: the start of the hypervisor's hole in a PV guest's address space; 0 for others.
    PlatformParameters = 5,
    /// struct xen_feature_info: 32 feature bits.
    GetFeatures = 6,
    /// Bytes of a page as the result; the address is null.
    PageSize = 7,
    /// `uint8_t[16]`: the domain's UUID.
    GuestHandle = 8,
    /// `char[1024]`: the hypervisor's command line.
    CommandLine = 9,
    /// `uint32_t len, unsigned char[len]`: the build ID, its length as the result; with a null address only that.
    BuildId = 10,
}

/// Tells the version of the hypervisor and what it is made of and for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 17,
    name = "HYPERVISOR_xen_version",
    interface = xen,
    arch(x86),
    status = active,
    result = "version, page size, length of the build ID; 0 for the others; -105 (ENOBUFS) where a build ID does \
              not fit, -61 (ENODATA) where there is none",
    error(Unknown, "no such command"),
    error(BadAddress, "the structure is not all in guest memory"),
    error(Invalid, "XENVER_get_features: a submap over 0; XENVER_pagesize: an address; XENVER_build_id: length 0"),
    shares(CompileInfo, FeatureInfo),
    introduced("unknown", "xen/include/public/version.h; commit unknown"),
    changed("unknown", "XENVER_build_id: xen/include/public/version.h; commit unknown")
)]
pub struct XenVersion {
    /// What is asked.
    #[argument(invalid = Unknown)]
    pub command: VersionCommand,
    /// Linear address of the structure; ignored where the command has none.
    pub argument: GuestAddress,
}

/// What XENVER_compile_info writes, `struct xen_compile_info`: texts that end in a zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "xen_compile_info", size = 144, source = "Xen xen/include/public/version.h")]
pub struct CompileInfo {
    /// The compiler.
    #[shared(offset = 0)]
    pub compiler: [u8; 64],
    /// Who ran it.
    #[shared(offset = 64)]
    pub compile_by: [u8; 16],
    /// Where.
    #[shared(offset = 80)]
    pub compile_domain: [u8; 32],
    /// When.
    #[shared(offset = 112)]
    pub compile_date: [u8; 32],
}

/// What XENVER_get_features reads and writes, `struct xen_feature_info`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "xen_feature_info", size = 8, source = "Xen xen/include/public/version.h")]
pub struct FeatureInfo {
    /// Read: which 32 features.
    #[shared(offset = 0)]
    pub submap_idx: u32,
    /// Written: a bit each (`xen/include/public/features.h`).
    #[shared(offset = 4)]
    pub submap: u32,
}
