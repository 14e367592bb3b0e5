//! A full-screen program in a terminal of its own, driven by keys and read from its screen.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::until::until_seen;

/// A tmux server with one window; ended with its program when dropped.
#[derive(Debug)]
pub(crate) struct Terminal {
    folder: TempDir,
}

impl Terminal {
    /// Runs a shell command on a screen of 160 × 50.
    pub(crate) fn start(command: &str) -> Self {
        let terminal = Self {
            folder: TempDir::new().unwrap(),
        };
        let size = ["-x", "160", "-y", "50"];
        let new = ["-f", "/dev/null", "new-session", "-d"];
        let output = terminal.tmux(&[&new[..], &size, &[command]].concat());
        assert!(
            output.status.success(),
            "tmux: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        terminal
    }

    /// Types a text and Enter.
    pub(crate) fn enter(&self, text: &str) {
        assert!(self.tmux(&["send-keys", "-l", text]).status.success());
        assert!(self.tmux(&["send-keys", "Enter"]).status.success());
    }

    /// Returns what is on the screen and what has scrolled off it.
    pub(crate) fn screen(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p", "-J", "-S", "-"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Waits until a text is on the screen.
    pub(crate) fn shows(&self, text: &str) {
        until_seen(&format!("{text:?} on the screen"), || {
            let screen = self.screen();
            if screen.contains(text) {
                Ok(())
            } else {
                Err(screen)
            }
        });
    }

    fn tmux(&self, args: &[&str]) -> Output {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(self.socket()).args(args);
        tmux.env_remove("TMUX")
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8");
        tmux.output().expect("tmux runs")
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("tmux")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
