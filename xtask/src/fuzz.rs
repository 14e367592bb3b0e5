//! `cargo xtask fuzz`: builds the fuzz targets with the stable toolchain and runs each.
//!
//! A target is a file in `fuzz/fuzz_targets/`. Its committed seeds are in `fuzz/seeds/TARGET/`,
//! what a run discovers goes to `fuzz/corpus/TARGET/` and what breaks it to `fuzz/artifacts/TARGET/`
//! (both ignored by git).

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Outcome, say, shell};

/// Builds and runs all targets, or those named.
pub(crate) fn run(root: &Path, args: &[&str]) -> Outcome {
    let wanted = Wanted::parse(args)?;
    let fuzz = root.join("fuzz");
    let targets = targets(&fuzz, &wanted.targets)?;
    let built = build(root, &fuzz)?;
    for target in &targets {
        say(&format!("fuzz: {target} for {} s", wanted.seconds));
        run_one(&fuzz, &built, target, wanted.seconds)?;
    }
    Ok(())
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted<'a> {
    targets: Vec<&'a str>,
    seconds: u32,
}

impl<'a> Wanted<'a> {
    fn parse(args: &[&'a str]) -> Result<Self, String> {
        let mut wanted = Self {
            targets: Vec::new(),
            seconds: RUN_SECONDS,
        };
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--smoke" => wanted.seconds = SMOKE_SECONDS,
                "--seconds" => {
                    let value = args.next().ok_or("fuzz: --seconds needs a number")?;
                    wanted.seconds = value
                        .parse()
                        .map_err(|why| format!("fuzz: --seconds {value}: {why}"))?;
                }
                flag if flag.starts_with('-') => return Err(format!("fuzz: unknown flag {flag}")),
                target => wanted.targets.push(target),
            }
        }
        Ok(wanted)
    }
}

/// Lists the targets, sorted, and checks that those named are among them.
fn targets(fuzz: &Path, named: &[&str]) -> Result<Vec<String>, String> {
    let folder = fuzz.join("fuzz_targets");
    let entries = fs::read_dir(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let mut all: Vec<String> = entries
        .filter_map(|entry| {
            entry
                .ok()?
                .file_name()
                .to_str()?
                .strip_suffix(".rs")
                .map(str::to_owned)
        })
        .collect();
    all.sort();
    if let Some(unknown) = named
        .iter()
        .find(|&&name| !all.iter().any(|target| target == name))
    {
        return Err(format!(
            "fuzz: no target {unknown}; there are {}",
            all.join(", ")
        ));
    }
    if !named.is_empty() {
        all.retain(|target| named.contains(&target.as_str()));
    }
    Ok(all)
}

/// Builds every target with coverage instrumentation; returns the folder of the programs.
fn build(root: &Path, fuzz: &Path) -> Result<PathBuf, String> {
    let host = host(root)?;
    // Naming the target keeps the flags away from build scripts and macros, which do not link the
    // fuzzer's runtime.
    let mut cargo = shell::cargo(fuzz);
    cargo.args(["build", "--release", "--bins", "--target", &host]);
    cargo.env("RUSTFLAGS", SANCOV_FLAGS.join(" "));
    cargo
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    shell::run(&mut cargo)?;
    Ok(fuzz.join("target").join(host).join("release"))
}

/// Returns the machine's own target triple.
fn host(root: &Path) -> Result<String, String> {
    let text = shell::output(shell::cargo(root).arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "cargo -vV: no host line".to_owned())
}

fn run_one(fuzz: &Path, built: &Path, target: &str, seconds: u32) -> Outcome {
    let corpus = fuzz.join("corpus").join(target);
    let artifacts = fuzz.join("artifacts").join(target);
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    }
    let seeds = fuzz.join("seeds").join(target);
    if !seeds.is_dir() {
        return Err(format!(
            "fuzz: {target} has no seeds; put some into {}",
            seeds.display()
        ));
    }
    let mut program = std::process::Command::new(built.join(target));
    program
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg("-print_final_stats=1")
        .args([&corpus, &seeds]);
    shell::run(&mut program)
}

/// What makes the compiler record coverage for libFuzzer: counters for each edge, their addresses,
/// and the operands of comparisons (Clang documentation, SanitizerCoverage).
const SANCOV_FLAGS: &[&str] = &[
    "--cfg=fuzzing",
    "-Cdebug-assertions",
    "-Coverflow-checks",
    "-Ccodegen-units=1",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// How long a target runs when nothing is said, seconds.
const RUN_SECONDS: u32 = 60;

/// How long a target runs in CI, seconds: long enough to execute all seeds and some mutations.
const SMOKE_SECONDS: u32 = 10;

/// One input that takes longer has found a hang, seconds.
const INPUT_SECONDS_MAX: u32 = 10;

/// A target that holds more has found a limit that is missing, MiB.
const MEMORY_MIB_MAX: u32 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoke_is_short_and_seconds_are_taken() {
        assert_eq!(Wanted::parse(&["--smoke"]).unwrap().seconds, SMOKE_SECONDS);
        let wanted = Wanted::parse(&["line", "--seconds", "3"]).unwrap();
        assert_eq!(
            wanted,
            Wanted {
                targets: vec!["line"],
                seconds: 3
            }
        );
    }

    #[test]
    fn unknown_flags_and_bad_numbers_are_refused() {
        assert!(Wanted::parse(&["--fast"]).is_err());
        assert!(Wanted::parse(&["--seconds"]).is_err());
        assert!(Wanted::parse(&["--seconds", "soon"]).is_err());
    }
}
