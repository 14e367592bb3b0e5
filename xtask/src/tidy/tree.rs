//! The files of the project, read once.

use std::fs;
use std::path::Path;

/// Every text file that belongs to the project.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
}

/// One file.
#[derive(Debug)]
pub(super) struct File {
    /// From the root, with `/` between its parts.
    pub(super) path: String,
    /// What is in it.
    pub(super) text: String,
}

impl Tree {
    /// Reads all files below `root` but for what builds and runs leave behind.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    /// Tells whether a file is in the tree.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<(), String> {
        let complain = |why: std::io::Error| format!("{}: {why}", folder.display());
        for entry in fs::read_dir(folder).map_err(complain)? {
            let entry = entry.map_err(complain)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if LEFT_BEHIND.contains(&name.as_str()) || LEFT_BEHIND.contains(&path.as_str()) {
                continue;
            }
            // Follows links: a package's licence is a link to the root's.
            if entry.path().is_dir() {
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            } else if let Ok(text) = fs::read_to_string(entry.path()) {
                self.files.push(File { path, text });
            }
        }
        Ok(())
    }
}

/// Folders that are not part of the project: by name anywhere, or by path (as `.gitignore` says).
const LEFT_BEHIND: &[&str] = &[
    ".git",
    "target",
    "fuzz/corpus",
    "fuzz/artifacts",
    "fuzz/seeds",
    "benches/out",
];
