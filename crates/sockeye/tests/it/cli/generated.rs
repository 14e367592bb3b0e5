//! What the program writes about itself: manual pages, the reference, completions.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::*;

#[test]
fn pages_completions_and_reference_are_as_the_program_writes_them() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["generate", folder.path().to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for part in ["man", "completions", "reference.md"] {
        let (now, kept) = (files(&folder.path().join(part)), files(&docs.join(part)));
        let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&now), names(&kept), "run `cargo xtask generate`");
        for (name, text) in now {
            assert!(
                kept[&name] == text,
                "docs: {name} is stale: run `cargo xtask generate`"
            );
        }
    }
}

/// Reads a file, or all files of a folder.
fn files(path: &Path) -> BTreeMap<String, String> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    if path.is_file() {
        return [(name(path), fs::read_to_string(path).unwrap())].into();
    }
    let entries = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| (name(&path), fs::read_to_string(&path).unwrap()))
        .collect()
}

fn script(shell: &str) -> String {
    let output = run(&["completions", shell], b"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Completes the last of some words with the script, in bash itself.
fn completed_by_bash(words: &[&str]) -> Vec<String> {
    let asking = "\nCOMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                  _sockeye sockeye \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; \
                  printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    bash.args(["-c", &(script("bash") + asking), "bash", "sockeye"])
        .args(words);
    let output = run_command(bash, b"");
    assert_eq!(stderr(&output), "");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_verbs_flags_addresses_and_words() {
    assert_eq!(completed_by_bash(&["conn"]), ["connect"]);
    assert_eq!(completed_by_bash(&["listen", "--onc"]), ["--once"]);
    assert_eq!(
        completed_by_bash(&["listen", "uni"]),
        ["unix:", "unix-dgram:", "unix-seqpacket:"]
    );
    assert_eq!(completed_by_bash(&["listen", "8080", "+uni"])[0], "+unix");
    assert_eq!(
        completed_by_bash(&["connect", "db:5432", "+tcp,nod"]),
        ["+tcp,nodelay"]
    );
}

#[test]
fn each_script_has_the_whole_vocabulary() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        // zsh escapes the colons.
        let script = script(shell).replace('\\', "");
        for text in [
            "tcp://",
            "unix:",
            "echo:",
            "+tcp,keepalive=",
            "+unix,mode=",
            "+limit",
        ] {
            assert!(script.contains(text), "{shell} without {text}");
        }
        assert!(!script.contains("generate DIR"), "{shell}");
    }
}

#[test]
fn powershell_gets_the_words_before_its_answer() {
    let script = script("powershell");
    let words = script
        .find("'^sockeye;(connect|listen|relay|probe|explain)$'")
        .unwrap();
    assert!(words < script.find("$completions.Where{").unwrap());
}
