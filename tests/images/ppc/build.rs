//! Links the image with its own script and without the C library.

fn main() {
    println!("cargo::rerun-if-changed=link.ld");
    println!("cargo::rerun-if-changed=src/boot.s");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("powerpc64") {
        let folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
        for argument in
            ["-nostartfiles", "-nostdlib", "-static", "-no-pie", &format!("-Wl,-T,{folder}/link.ld")]
        {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
