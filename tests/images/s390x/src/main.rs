//! A bare-metal s390x program; on other machines it says what it is.

fn main() {
    println!("a bare-metal test image for s390x; tests/run builds and starts it");
}
