//! The project's own chores, run as `cargo xtask CHORE`.

mod fuzz;
mod generate;
mod interop;
mod shell;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What every chore ends with: nothing to say, or what is wrong, in lines for a person.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let root = root();
    let outcome = match args.as_slice() {
        ["tidy"] => tidy::run(&root),
        ["tidy", "--bless"] => tidy::bless(&root),
        ["generate"] => generate::run(&root),
        ["interop", filter @ ..] => interop::run(&root, filter),
        ["fuzz", rest @ ..] => fuzz::run(&root, rest),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say(&why);
            ExitCode::FAILURE
        }
    }
}

/// Returns the workspace's folder: the parent of this package's.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Tells the person at the terminal.
fn say(line: &str) {
    eprintln!("{line}");
}

const USAGE: &str = "\
usage: cargo xtask CHORE

  tidy              check the rules that no compiler checks
  tidy --bless      accept the present dependencies as the expected ones
  generate          write docs/man, docs/completions and docs/reference.md anew
  interop [FILTER]  run the tests against real outside clients
  fuzz [TARGET] [--smoke | --seconds N]
                    build the fuzz targets and run each: 10 s with --smoke, else 60 s";
