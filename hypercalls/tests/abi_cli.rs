//! `hypercall abi` from the outside.
#![cfg(feature = "cli")]

mod command;

use command::{hypercall_in, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of a test's own, in no repository, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("hypercall-abi-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("deep/er")).unwrap();
        Folder(path)
    }

    /// One that is a repository of git's.
    fn repository(name: &str) -> Folder {
        let folder = Folder::new(name);
        folder.git(&["init", "--quiet"]);
        folder
    }

    fn git(&self, arguments: &[&str]) {
        let known = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").current_dir(&self.0).args(known).args(arguments).output();
        let output = output.expect("git is installed");
        assert!(output.status.success(), "git {arguments:?}: {}", stderr(&output));
    }

    fn abi(&self, arguments: &[&str]) -> Output {
        hypercall_in(&self.0, &[&["abi"], arguments].concat())
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).unwrap();
    }

    /// Writes the file with one thing said in another way.
    fn edit(&self, from: &str, to: &str) {
        let text = self.read("abi.lock");
        assert!(text.contains(from), "{from}");
        self.write("abi.lock", &text.replacen(from, to, 1));
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

#[test]
fn the_lock_is_made_in_the_root_of_the_repository_and_checked_from_anywhere_in_it() {
    let folder = Folder::repository("root");
    let deep = folder.0.join("deep/er");
    let made = hypercall_in(&deep, &["abi", "lock"]);
    assert_eq!(code(&made), Some(0), "{}", stderr(&made));
    assert!(made.stdout.is_empty() && stderr(&made).contains("abi.lock: "), "{}", stderr(&made));
    assert!(!deep.join("abi.lock").exists() && folder.0.join("abi.lock").exists());
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 3, "no unfinished file is left");

    let checked = hypercall_in(&deep, &["abi", "check"]);
    assert_eq!(code(&checked), Some(0), "{}", stderr(&checked));
    assert_eq!(stdout(&checked), "abi.lock: 0 breaking, 0 compatible and 0 cosmetic differences\n");
    assert!(stderr(&checked).contains(&*folder.0.join("abi.lock").to_string_lossy()));
}

#[test]
fn without_a_repository_the_root_is_cargos_workspace_or_else_the_package() {
    let folder = Folder::new("cargo");
    let (workspace, package) = (folder.0.join("deep"), folder.0.join("deep/er"));
    let made_in = |expected: &Path| {
        let output = hypercall_in(&package, &["abi", "lock"]);
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
        fs::remove_file(expected.join("abi.lock")).expect("the lock is there");
    };
    made_in(&package);
    fs::write(package.join("Cargo.toml"), "[package]\nname = \"b\"\n").unwrap();
    fs::create_dir(package.join("src")).unwrap();
    made_in(&package);
    fs::write(workspace.join("Cargo.toml"), "[package]\nname = \"a\"\n\n[workspace]\n").unwrap();
    made_in(&workspace);
}

#[test]
fn a_break_is_exit_1_with_the_rule_the_old_the_new_and_what_to_do_instead() {
    let folder = Folder::repository("break");
    folder.abi(&["lock"]);
    folder.edit("kvm 5 KVM_HC_KICK_CPU", "kvm 77 KVM_HC_KICK_CPU");
    folder.edit("code kvm-x86 Io reply=-5 symbol=-EIO", "code kvm-x86 Io reply=-5 symbol=-IO");
    let text = folder.read("abi.lock");
    let line = 1 + text.lines().position(|line| line.starts_with("kvm 77 ")).unwrap();

    let output = folder.abi(&["check"]);
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    for words in [
        &format!("breaking    call-renumbered: KVM_HC_KICK_CPU: a call has another number (abi.lock:{line})")
            [..],
        "    old: kvm 77\n    new: kvm 5\n",
        "    why: guests carry the number in their code",
        "    instead: keep the number",
        "cosmetic    code-renamed: encoding kvm-x86, error Io",
        "\nabi.lock: 1 breaking, 0 compatible and 1 cosmetic differences\n",
    ] {
        assert!(stdout(&output).contains(words), "{words} is not in {}", stdout(&output));
    }
    assert!(stderr(&output).contains("abi lock"), "{}", stderr(&output));

    let output = folder.abi(&["check", "--format", "json"]);
    assert_eq!(code(&output), Some(1));
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    assert_eq!(
        (&json["version"], &json["lock"], &json["since"]),
        (&1.into(), &"abi.lock".into(), &Value::Null)
    );
    assert_eq!(
        (&json["verdict"], &json["breaking"], &json["cosmetic"]),
        (&"breaking".into(), &1.into(), &1.into())
    );
    let first = &json["differences"][0];
    assert_eq!((&first["rule"], &first["class"]), (&"call-renumbered".into(), &"breaking".into()));
    assert_eq!((&first["old"], &first["new"]), (&"kvm 77".into(), &"kvm 5".into()));
    assert_eq!(first["line"], line);
    assert!(first["reason"].is_string() && first["instead"].is_string() && first["subject"].is_string());

    let output = folder.abi(&["check", "--format", "github"]);
    assert_eq!(code(&output), Some(1));
    let lines: Vec<String> = stdout(&output).lines().map(String::from).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let start = format!(
        "::error file=abi.lock,line={line},title=breaking call-renumbered%3A KVM_HC_KICK_CPU::a call"
    );
    assert!(lines[0].starts_with(&start), "{lines:?}");
    assert!(lines[1].starts_with("::notice file=abi.lock,line="), "{lines:?}");
}

#[test]
fn what_breaks_no_guest_is_exit_0() {
    let folder = Folder::repository("compatible");
    folder.abi(&["lock"]);
    let text = folder.read("abi.lock");
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("kvm 12 ")).collect();
    folder.write("abi.lock", &(without.join("\n") + "\n"));
    let output = folder.abi(&["check"]);
    assert_eq!(code(&output), Some(0));
    assert!(stdout(&output).contains("compatible  call-added: KVM_HC_MAP_GPA_RANGE"), "{}", stdout(&output));
    assert!(stderr(&output).contains("record the differences with"), "{}", stderr(&output));
}

#[test]
fn a_number_that_was_somebodys_is_not_given_out_again() {
    let folder = Folder::repository("removed");
    folder.abi(&["lock"]);
    // What the lock before had, and the code has not.
    folder.edit("\nkvm 1 ", "\nkvm 13 KVM_HC_OURS arch=(x86) status=active\nkvm 1 ");
    let output = folder.abi(&["check"]);
    assert_eq!(code(&output), Some(1));
    assert!(stdout(&output).contains("call-removed: KVM_HC_OURS"), "{}", stdout(&output));
    assert_eq!(code(&folder.abi(&["lock"])), Some(0));
    let removed = "\nremoved kvm 13 KVM_HC_OURS arch=(x86)\n";
    assert!(folder.read("abi.lock").contains(removed));
    assert_eq!(code(&folder.abi(&["check"])), Some(0));
    folder.abi(&["lock"]);
    assert!(folder.read("abi.lock").contains(removed), "it is kept");

    folder.edit(removed, "\nremoved kvm 5 KVM_HC_BEFORE arch=(x86)\n");
    let text = folder.read("abi.lock");
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("kvm 5 ")).collect();
    folder.write("abi.lock", &(kept.join("\n") + "\n"));
    let output = folder.abi(&["check"]);
    assert_eq!(code(&output), Some(1));
    assert!(stdout(&output).contains("number-reused: KVM_HC_KICK_CPU"), "{}", stdout(&output));
}

#[test]
fn a_file_that_is_no_lock_is_exit_2_with_file_line_and_remedy() {
    let folder = Folder::repository("corrupt");
    folder.abi(&["lock"]);
    let good = folder.read("abi.lock");
    let conflict = good.replacen("\nkvm 1 ", "\n<<<<<<< ours\nkvm 1 ", 1);
    let at = 1 + conflict.lines().position(|line| line.starts_with("<<<<<<<")).unwrap();
    let cut = &good[..good.len() / 2];
    let cases = [
        (conflict.clone(), format!("abi.lock:{at}: a conflict marker"), "git checkout --ours abi.lock"),
        (
            good.replacen("-lock 1", "-lock 7", 1),
            "abi.lock:1: the file has the newer format 7".into(),
            "newer one",
        ),
        (cut.to_string(), format!("abi.lock:{}: ", cut.lines().count()), "git checkout -- abi.lock"),
        (String::new(), "abi.lock:1: this is no lock".into(), "restore the file"),
        (good.replacen("end\n", "gadget a\nend\n", 1), "gadget begins".into(), "restore the file"),
    ];
    for (text, problem, remedy) in cases {
        folder.write("abi.lock", &text);
        for arguments in
            [&["check", "abi.lock"][..], &["check", "abi.lock", "--format", "json"], &["lock", "abi.lock"]]
        {
            let output = folder.abi(arguments);
            assert_eq!(code(&output), Some(2), "{arguments:?}: {}", stderr(&output));
            assert!(output.stdout.is_empty(), "{}", stdout(&output));
            assert!(stderr(&output).contains(&problem), "{problem}: {}", stderr(&output));
            assert!(stderr(&output).contains(remedy), "{remedy}: {}", stderr(&output));
        }
        assert_eq!(folder.read("abi.lock"), text, "a lock that cannot be read is not written over");
    }
    folder.write("abi.lock", &conflict);
    let output = folder.abi(&["check", "--format", "github"]);
    assert_eq!(code(&output), Some(2));
    assert!(stdout(&output).starts_with("::error file=abi.lock,title=abi check::"), "{}", stdout(&output));
}

#[test]
fn a_file_that_is_not_there_is_exit_2_and_one_that_cannot_be_written_exit_1() {
    let folder = Folder::repository("missing");
    let missing = folder.abi(&["check"]);
    assert_eq!(code(&missing), Some(2));
    assert!(
        stderr(&missing).contains("abi.lock: there is no lock; make one with `abi lock`"),
        "{}",
        stderr(&missing)
    );
    let directory = folder.abi(&["check", "deep"]);
    assert_eq!(code(&directory), Some(2));
    assert!(stderr(&directory).contains("deep: cannot be read"), "{}", stderr(&directory));
    for path in ["nowhere/abi.lock", "/proc/abi.lock"] {
        let output = folder.abi(&["lock", path]);
        assert_eq!(code(&output), Some(1), "{path}");
        assert!(stderr(&output).contains(&format!("{path}: cannot be written")), "{}", stderr(&output));
    }
    // A file in the way of the unfinished one, a link, and a name with a space.
    std::os::unix::fs::symlink("deep/er/real lock", folder.0.join("abi.lock")).unwrap();
    folder.write("deep/er/real lock", "hypercall-abi-lock 1\nend\n");
    assert_eq!(code(&folder.abi(&["lock"])), Some(0));
    assert!(folder.0.join("abi.lock").is_symlink());
    assert!(folder.read("deep/er/real lock").contains("KVM_HC_KICK_CPU"));
}

#[test]
fn since_compares_with_a_revision() {
    let folder = Folder::repository("since");
    folder.abi(&["lock"]);
    folder.edit("kvm 5 KVM_HC_KICK_CPU", "kvm 77 KVM_HC_KICK_CPU");
    folder.git(&["add", "abi.lock"]);
    folder.git(&["commit", "--quiet", "-m", "as it was"]);
    folder.git(&["tag", "v1"]);
    folder.git(&["rm", "--quiet", "--cached", "abi.lock"]);
    folder.git(&["commit", "--quiet", "-m", "without"]);
    fs::remove_file(folder.0.join("abi.lock")).unwrap();
    folder.abi(&["lock"]);

    assert_eq!(code(&folder.abi(&["check"])), Some(0));
    for deep in ["", "deep/er"] {
        let output =
            hypercall_in(&folder.0.join(deep), &["abi", "check", "--since", "v1", "--format", "json"]);
        assert_eq!(code(&output), Some(1), "{}", stderr(&output));
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["since"], "v1");
        assert_eq!(json["differences"][0]["rule"], "call-renumbered");
    }
    // The lines are those of another file than the one in the pull request.
    let github = folder.abi(&["check", "--since", "v1", "--format", "github"]);
    assert!(stdout(&github).starts_with("::error file=abi.lock,title="), "{}", stdout(&github));

    for (revision, words) in [
        ("v9", "git knows no revision \"v9\""),
        ("HEAD", "abi.lock is not in the revision HEAD"),
        ("--help", "is no revision"),
        ("HEAD:abi.lock", "is no revision"),
    ] {
        let output = folder.abi(&["check", &format!("--since={revision}")]);
        assert_eq!(code(&output), Some(2), "{revision}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{revision}: {}", stderr(&output));
    }
    folder.write("abi.lock", "<<<<<<< ours\n");
    folder.git(&["add", "abi.lock"]);
    folder.git(&["commit", "--quiet", "-m", "broken"]);
    let output = folder.abi(&["check", "--since", "HEAD"]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("abi.lock:1 at HEAD: a conflict marker"), "{}", stderr(&output));

    // Where there is no repository at all.
    let output = hypercall_in(Path::new("/"), &["abi", "check", "--since", "HEAD"]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("is not in a repository"), "{}", stderr(&output));
}

/// Who takes the line of a number out of the file is told by the file before it.
#[test]
fn since_sees_a_removed_number_that_was_forgotten() {
    let folder = Folder::repository("forgotten");
    folder.abi(&["lock"]);
    let without = folder.read("abi.lock");
    let removed = "\nremoved kvm 13 KVM_HC_OURS arch=(ppc x86)\n";
    folder.edit("\ninterface ", &format!("{removed}interface "));
    folder.git(&["add", "abi.lock"]);
    folder.git(&["commit", "--quiet", "-m", "with it"]);
    let check = || folder.abi(&["check", "--since", "HEAD"]);
    assert_eq!(stdout(&check()), "abi.lock: 0 breaking, 0 compatible and 0 cosmetic differences\n");
    assert_eq!(code(&folder.abi(&["check"])), Some(0));

    folder.edit("arch=(ppc x86)\ninterface ", "arch=(x86)\ninterface ");
    let output = check();
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    let words = "breaking    removed-number-forgotten: kvm 13 KVM_HC_OURS: ";
    assert!(stdout(&output).starts_with(words), "{}", stdout(&output));
    assert!(stdout(&output).contains("    old: removed kvm 13 KVM_HC_OURS arch=(ppc)\n"));
    folder.write("abi.lock", &without);
    assert!(stdout(&check()).starts_with(words));
    fs::remove_file(folder.0.join("abi.lock")).unwrap();
    assert!(stdout(&check()).starts_with(words));
    folder.write("abi.lock", "nothing");
    assert_eq!(code(&check()), Some(2));
}

/// Nor does a call that is gone leave the file without its number: `abi lock` makes a `removed` line of its own.
#[test]
fn since_sees_a_call_that_left_no_removed_line() {
    let folder = Folder::repository("untold");
    folder.abi(&["lock"]);
    let without = folder.read("abi.lock");
    // What the lock before had, and the code has not.
    folder.edit("\nkvm 1 ", "\nkvm 13 KVM_HC_OURS arch=(ppc x86) status=obsolete\nkvm 1 ");
    folder.git(&["add", "abi.lock"]);
    folder.git(&["commit", "--quiet", "-m", "with it"]);
    let check = || folder.abi(&["check", "--since", "HEAD"]);
    let compatible = |output: &Output| {
        assert_eq!(code(output), Some(0), "{}", stdout(output));
        let words = "compatible  obsolete-call-removed: KVM_HC_OURS: ";
        assert!(stdout(output).starts_with(words), "{}", stdout(output));
        assert!(stdout(output).ends_with(": 0 breaking, 1 compatible and 0 cosmetic differences\n"));
    };
    // The definition is gone, and the lock is still to be written; then it is.
    compatible(&folder.abi(&["check"]));
    compatible(&check());
    assert_eq!(code(&folder.abi(&["lock"])), Some(0));
    compatible(&check());
    assert_eq!(code(&folder.abi(&["check"])), Some(0));

    let words = "breaking    removed-number-forgotten: kvm 13 KVM_HC_OURS: ";
    let forgotten = |lost: &str| {
        let output = check();
        assert_eq!(code(&output), Some(1), "{}", stdout(&output));
        assert!(stdout(&output).starts_with(words), "{}", stdout(&output));
        assert!(stdout(&output).contains(&format!("    old: {lost}\n")), "{}", stdout(&output));
        assert!(stdout(&output).ends_with(": 1 breaking, 1 compatible and 0 cosmetic differences\n"));
    };
    folder.edit("removed kvm 13 KVM_HC_OURS arch=(ppc x86)", "removed kvm 13 KVM_HC_OURS arch=(x86)");
    forgotten("kvm 13 KVM_HC_OURS arch=(ppc)");
    folder.write("abi.lock", &without);
    assert_eq!(code(&folder.abi(&["check"])), Some(0), "the file by itself cannot know");
    forgotten("kvm 13 KVM_HC_OURS arch=(ppc x86)");
}

#[test]
fn a_lock_of_one_interface_stays_one() {
    let folder = Folder::repository("scope");
    assert_eq!(code(&folder.abi(&["lock", "--interface", "hypercall"])), Some(0));
    let text = folder.read("abi.lock");
    assert!(text.starts_with("hypercall-abi-lock 1\nscope hypercall\nhypercall 0 "), "{text}");
    assert!(!text.contains("\nkvm 1 "));
    assert_eq!(code(&folder.abi(&["lock"])), Some(0));
    assert_eq!(folder.read("abi.lock"), text);
    assert_eq!(code(&folder.abi(&["check"])), Some(0));
    // Over a lock of everything, the other interfaces' calls are not gone.
    fs::remove_file(folder.0.join("abi.lock")).unwrap();
    folder.abi(&["lock"]);
    assert_eq!(code(&folder.abi(&["lock", "--interface", "hypercall"])), Some(0));
    assert_eq!(folder.read("abi.lock"), text);
    let output = folder.abi(&["lock", "--interface", "hypercal"]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("did you mean hypercall?"), "{}", stderr(&output));
}

/// A lock that was written anew in a pull request hides no break of what was released before it.
#[test]
fn this_repositorys_ci_compares_with_the_branch_that_a_pull_request_is_for() {
    let read = |file: &str| {
        let path = format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let ci = read(".github/workflows/ci.yml");
    let since = ci.lines().filter(|line| line.contains("abi check --format github --since \"origin/$BASE\""));
    assert_eq!(since.filter(|line| !line.contains("acme-abi") || line.ends_with("abi.lock")).count(), 2);
    assert!(ci.contains("fetch-depth: 0") && ci.contains("BASE: ${{ github.base_ref }}"));
    for file in [".github/workflows/ci.yml", "docs/abi-gate.md", "CONTRIBUTING.md"] {
        assert!(read(file).contains("abi-break"), "{file}");
    }
}

#[test]
fn the_rules_are_printed_whole_or_one_of_them() {
    let folder = Folder::new("rules");
    let all = folder.abi(&["rules"]);
    assert!(stdout(&all).contains("### number-reused\n"));
    let one = folder.abi(&["rules", "call-removed", "--format", "json"]);
    let json: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(json.as_array().map(Vec::len), Some(1));
    assert_eq!(json[0]["class"], "breaking");
    assert!(json[0]["example"]["before"].as_str().unwrap().starts_with("kvm 2 KVM_HC_MMU_OP"));
    let fallback = folder.abi(&["rules", "unclassified"]);
    assert_eq!(code(&fallback), Some(0), "{}", stderr(&fallback));
    assert!(stdout(&fallback).contains("### unclassified\n") && !stdout(&fallback).contains("```"));
    let unknown = folder.abi(&["rules", "call-removd"]);
    assert_eq!(code(&unknown), Some(2));
    assert!(stderr(&unknown).contains("did you mean call-removed?"), "{}", stderr(&unknown));
}
