//! How long a hub takes to say `ready`.

use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use crate::Outcome;
use crate::args::Args;
use crate::table::Table;

/// Starts a hub the first time, and again on what that left; and on `--store`, a store in use.
pub(crate) fn run(args: &Args) -> Outcome {
    let program: PathBuf = args.value("program")?;
    let folder: PathBuf = args.value("folder")?;
    let store: PathBuf = args.value("store")?;
    let mut table = Table::default();
    for round in 0..args.value::<u32>("rounds")? {
        let data = folder.join(format!("start-{round}"));
        for (what, data) in [
            ("start to ready, ms: the first time", &data),
            ("start to ready, ms: with a store", &data),
            ("start to ready, ms: with a store in use", &store),
        ] {
            table.add(what, "sockeye", start_ms(&program, data)?);
        }
        std::fs::remove_dir_all(data)?;
    }
    print!("{}", table.show(""));
    Ok(())
}

fn start_ms(program: &Path, data: &Path) -> Result<f64, Box<dyn Error>> {
    let mut command = Command::new(program);
    command
        .args(["serve", "--port-base", "0", "--data"])
        .arg(data);
    let start = Instant::now();
    let mut hub = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let stderr = hub.stderr.take().ok_or("no stderr")?;
    let mut said = Vec::new();
    let mut ready = None;
    for line in BufReader::new(stderr).lines() {
        let line = line?;
        if line == "ready" {
            ready = Some(start.elapsed().as_secs_f64() * 1e3);
            kill_process(Pid::from_child(&hub), Signal::TERM)?;
        }
        said.push(line);
    }
    let status = hub.wait()?;
    let never = || io::Error::other(format!("{status} without `ready`: {said:#?}"));
    Ok(ready.ok_or_else(never)?)
}
