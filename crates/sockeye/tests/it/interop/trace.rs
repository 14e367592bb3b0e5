//! What strace wrote: system calls in their order, of all threads.

/// One call, from its entry to its return.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// `fdatasync`
    pub(super) name: String,
    /// All that is in the parentheses; buffers as strace escapes them.
    pub(super) arguments: String,
    /// What it returned, from ` = ` on.
    pub(super) returned: String,
    /// Its place among all entries and returns.
    pub(super) entry: usize,
    /// The place of its return.
    pub(super) exit: usize,
}

/// Reads the output of `strace -f -o FILE`; calls that never returned are left out.
pub(super) fn calls(text: &str) -> Vec<Call> {
    let mut open: Vec<(&str, Call)> = Vec::new();
    let mut calls = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let at = open.iter().position(|(other, _)| *other == thread);
            if let Some((_, mut call)) = at.map(|at| open.swap_remove(at)) {
                let tail = resumed.split_once(" resumed>").map_or("", |(_, tail)| tail);
                let (arguments, returned) = halves(tail);
                call.arguments += arguments;
                call.returned = returned.to_owned();
                call.exit = place;
                calls.push(call);
            }
        } else if let Some((name, rest)) = rest.split_once('(') {
            let unfinished = rest.strip_suffix(" <unfinished ...>");
            let (arguments, returned) = halves(unfinished.unwrap_or(rest));
            let call = Call {
                name: name.to_owned(),
                arguments: arguments.to_owned(),
                returned: returned.to_owned(),
                entry: place,
                exit: place,
            };
            match unfinished {
                Some(_) => open.push((thread, call)),
                None => calls.push(call),
            }
        }
    }
    calls
}

/// Parts the arguments from the result. A buffer may hold `) = ` as well: the last one counts.
fn halves(text: &str) -> (&str, &str) {
    let at = text.rfind(" = ");
    at.map_or((text, ""), |at| {
        (text[..at].trim_end().trim_end_matches(')'), &text[at + 3..])
    })
}

#[test]
fn a_call_that_another_thread_interrupts_is_put_together() {
    let text = "7 fdatasync(5</d/x-wal> <unfinished ...>\n\
                8 write(9<socket:[1]>, \"a\", 1) = 1\n\
                7 <... fdatasync resumed>)          = 0\n";
    let calls = calls(text);
    let order: Vec<(&str, usize, usize)> = calls
        .iter()
        .map(|call| (call.name.as_str(), call.entry, call.exit))
        .collect();
    assert_eq!(order, [("write", 1, 1), ("fdatasync", 0, 2)]);
    assert_eq!(calls[1].arguments, "5</d/x-wal>");
    assert_eq!(calls[1].returned, "0");
}
