//! Links the image with its own script and without the C library; and with what makes calls through the
//! generated C header, where HYPERCALL_C_HEADER names one.

fn main() {
    println!("cargo::rerun-if-changed=link.ld");
    println!("cargo::rerun-if-changed=src/boot.s");
    println!("cargo::rustc-check-cfg=cfg(by_c)");
    println!("cargo::rerun-if-env-changed=HYPERCALL_C_HEADER");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() != Ok("powerpc64") {
        return;
    }
    let folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    for argument in ["-nostartfiles", "-nostdlib", "-static", "-no-pie", &format!("-Wl,-T,{folder}/link.ld")]
    {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    if let Some(header) = std::env::var_os("HYPERCALL_C_HEADER") {
        let objects = hypercall_c_caller::objects(header.as_ref(), &[], ["r4", "r5"]).expect("C compiles");
        for object in objects {
            println!("cargo::rustc-link-arg-bins={}", object.display());
        }
        println!("cargo::rustc-cfg=by_c");
    }
}
