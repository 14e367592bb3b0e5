//! `cargo xtask generate`: the files that are written by the program itself, out of the definitions
//! of its verbs and its vocabulary.

use std::path::Path;

use crate::{Outcome, shell};

/// Writes the manual pages, the completions and the reference anew.
pub(crate) fn run(root: &Path) -> Outcome {
    let mut cargo = shell::cargo(root);
    cargo.args(["run", "--quiet", "--package", "sockeye", "--", "generate"]);
    shell::run(cargo.arg(root.join("docs")))
}
