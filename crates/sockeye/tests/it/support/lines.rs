//! The lines that a process writes, as they come.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use super::until::DEADLINE;

/// Lines read from a pipe by a thread of their own, so that the writer never blocks.
#[derive(Debug, Clone)]
pub(crate) struct Lines(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    lines: Vec<String>,
    ended: bool,
}

impl Lines {
    /// Starts reading.
    pub(crate) fn read(pipe: impl Read + Send + 'static) -> Self {
        let lines = Self(Arc::default());
        let writer = lines.clone();
        thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                writer.change(|state| state.lines.push(text));
                line.clear();
            }
            writer.change(|state| state.ended = true);
        });
        lines
    }

    /// Waits for a line, among those already there or to come, of which `pick` makes something.
    ///
    /// # Panics
    /// When the deadline passes or the pipe ends without one; shows the lines that came.
    pub(crate) fn wait_for<T>(&self, what: &str, pick: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        loop {
            if let Some(found) = state.lines.iter().find_map(|line| pick(line)) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !state.ended,
                "the output ended without {what}: {:#?}",
                state.lines
            );
            assert!(
                !left.is_zero(),
                "no {what} in {DEADLINE:?}: {:#?}",
                state.lines
            );
            state = changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Waits for the first line that holds `text`, and returns it.
    pub(crate) fn wait_for_text(&self, text: &str) -> String {
        self.wait_for(&format!("line with {text:?}"), |line| {
            line.contains(text).then(|| line.to_owned())
        })
    }

    /// Waits for the end of the output, and returns all lines.
    pub(crate) fn all(&self) -> Vec<String> {
        let (state, changed) = &*self.0;
        let state = state.lock().unwrap();
        let (state, timeout) = changed
            .wait_timeout_while(state, DEADLINE, |s| !s.ended)
            .unwrap();
        assert!(
            !timeout.timed_out(),
            "no end in {DEADLINE:?}: {:#?}",
            state.lines
        );
        state.lines.clone()
    }

    /// Returns the lines that have come so far.
    pub(crate) fn so_far(&self) -> Vec<String> {
        self.0.0.lock().unwrap().lines.clone()
    }

    fn change(&self, how: impl FnOnce(&mut State)) {
        let (state, changed) = &*self.0;
        how(&mut state.lock().unwrap());
        changed.notify_all();
    }
}
