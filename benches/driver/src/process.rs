//! What a server costs, from `/proc`: the process named and all that it has started.

use std::fs;

use rustix::process::Pid;

/// Returns the processor time used so far, seconds: user and system, of ended children too.
pub(crate) fn cpu_s(pid: Option<Pid>) -> f64 {
    let ticks: u64 = family(pid).into_iter().filter_map(ticks).sum();
    ticks as f64 / rustix::param::clock_ticks_per_second() as f64
}

/// Returns the memory in use, bytes: resident, pages shared with others counted in parts (Pss).
pub(crate) fn memory_bytes(pid: Option<Pid>) -> u64 {
    let pss = |pid: i32| {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let kib = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        kib.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    family(pid).into_iter().filter_map(pss).sum::<u64>() * 1024
}

/// Lists a process and its living descendants.
fn family(pid: Option<Pid>) -> Vec<i32> {
    let mut family = Vec::from_iter(pid.map(|pid| pid.as_raw_nonzero().get()));
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        let tasks = fs::read_dir(format!("/proc/{parent}/task"))
            .into_iter()
            .flatten()
            .flatten();
        for task in tasks {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            family.extend(
                children
                    .split_whitespace()
                    .filter_map(|pid| pid.parse::<i32>().ok()),
            );
        }
        next += 1;
    }
    family
}

/// Fields 14 to 17 of `/proc/PID/stat`: utime, stime, cutime, cstime (proc(5)).
fn ticks(pid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold spaces; what follows it starts with field 3.
    let after_name = text.rsplit_once(") ")?.1;
    let fields = after_name.split(' ').skip(11).take(4);
    Some(fields.filter_map(|field| field.parse::<u64>().ok()).sum())
}
