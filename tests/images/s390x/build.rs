//! Links the image with its own script, at its own address, and without the C library.

fn main() {
    println!("cargo::rerun-if-changed=link.ld");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("s390x") {
        let folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
        for argument in [
            "-nostartfiles",
            "-nostdlib",
            "-static",
            "-no-pie",
            "-Wl,--no-warn-rwx-segments",
            &format!("-Wl,-T,{folder}/link.ld"),
        ] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
