//! An initial file system: a `cpio` archive in the `newc` format (Linux
//! `Documentation/driver-api/early-userspace/buffer-format.rst`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const DIRECTORY: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;
const CHARACTER_DEVICE: u32 = 0o020_600;
/// /dev/console: major 5, minor 1.
const CONSOLE: (u32, u32) = (5, 1);

/// Writes one with `/init`, files in the root under their own names, all of them executable, and the console.
pub fn write(to: &Path, init: &Path, files: &[PathBuf]) -> io::Result<()> {
    let mut archive = Archive::default();
    archive.add("dev", DIRECTORY, (0, 0), &[]);
    archive.add("dev/console", CHARACTER_DEVICE, CONSOLE, &[]);
    archive.add("init", PROGRAM, (0, 0), &fs::read(init)?);
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        archive.add(&name, PROGRAM, (0, 0), &fs::read(file)?);
    }
    fs::write(to, archive.end())
}

#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    entries: u32,
}

impl Archive {
    fn add(&mut self, name: &str, mode: u32, device: (u32, u32), data: &[u8]) {
        self.entries += 1;
        let (size, name_size) = (data.len(), name.len() + 1);
        // inode, mode, uid, gid, links, time, size, device of the file, device that it is, length of the name, checksum
        let fields =
            [self.entries, mode, 0, 0, 1, 0, size as u32, 0, 0, device.0, device.1, name_size as u32, 0];
        self.bytes.extend(b"070701");
        fields.iter().for_each(|field| self.bytes.extend(format!("{field:08x}").bytes()));
        self.bytes.extend(name.bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(data);
        self.pad();
    }

    fn end(mut self) -> Vec<u8> {
        self.add("TRAILER!!!", 0, (0, 0), &[]);
        self.bytes
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by hand from the format's description.
    #[test]
    fn an_entry_is_a_header_of_hexadecimal_numbers_a_name_and_the_bytes() {
        let mut archive = Archive::default();
        archive.add("init", PROGRAM, (0, 0), b"hello");
        let expected = "070701\
             00000001000081ed0000000000000000000000010000000000000005\
             0000000000000000000000000000000000000005000000\
             00init\0\0hello\0\0\0";
        assert_eq!(String::from_utf8(archive.bytes).unwrap(), expected);
    }

    #[test]
    fn the_console_is_a_device_and_the_trailer_the_end() {
        let mut archive = Archive::default();
        archive.add("dev/console", CHARACTER_DEVICE, CONSOLE, &[]);
        let text = String::from_utf8(archive.end()).unwrap();
        assert_eq!(&text[14..22], "00002180");
        assert_eq!(&text[78..94], "0000000500000001");
        assert!(text.ends_with("TRAILER!!!\0\0\0\0"), "{text:?}");
        assert_eq!(text.len() % 4, 0);
    }
}
