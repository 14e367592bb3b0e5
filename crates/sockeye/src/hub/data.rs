//! The data directory: where it is, and what lies in it.

use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};

/// The directory that holds everything a hub keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Takes the directory of the command line, else that of the file, else the user's own.
    ///
    /// # Errors
    /// When none is given and the user has no home.
    pub fn choose(flag: Option<&Path>, config: Option<&Path>) -> Result<Self, Error> {
        match flag.or(config) {
            Some(path) => Ok(Self(path.to_owned())),
            None => user_data(std::env::var_os("XDG_DATA_HOME"), std::env::var_os("HOME"))
                .map(|data| Self(data.join("sockeye")))
                .ok_or_else(|| {
                    Error::new(
                        ErrorKind::ConfigUsage,
                        "serve",
                        "",
                        "no home directory is known",
                    )
                    .with_hint("name a directory with --data DIR")
                }),
        }
    }

    /// Makes the directory, for its owner only, where it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make(&self) -> Result<(), Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0)
            .map_err(|error| {
                let hint = match error.kind() {
                    io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                        "a file stands there: name a directory with --data DIR"
                    }
                    _ => "name a directory that may be written with --data DIR",
                };
                Error::new(ErrorKind::LocalWrite, "make", self.0.display(), error).with_hint(hint)
            })
    }

    /// Returns the directory itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns where the control socket is.
    pub fn control_socket(&self) -> PathBuf {
        self.0.join("control.sock")
    }

    /// Returns where the first account's password is.
    pub fn first_password(&self) -> PathBuf {
        self.0.join("first-password")
    }
}

/// Returns the user's data directory (XDG Base Directory Specification: a relative path in the
/// variable counts as unset).
fn user_data(xdg_data_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |value: OsString| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
    xdg_data_home.and_then(absolute).or_else(|| {
        home.and_then(absolute)
            .map(|home| home.join(".local/share"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_directory_follows_the_xdg_specification() {
        let data = |xdg: Option<&str>, home: Option<&str>| {
            user_data(xdg.map(Into::into), home.map(Into::into))
        };
        assert_eq!(data(Some("/x"), Some("/home/ali")), Some("/x".into()));
        assert_eq!(
            data(Some("x"), Some("/home/ali")),
            Some("/home/ali/.local/share".into())
        );
        assert_eq!(
            data(Some(""), Some("/home/ali")),
            Some("/home/ali/.local/share".into())
        );
        assert_eq!(data(None, None), None);
    }

    #[test]
    fn the_command_line_wins_over_the_file() {
        let (flag, file) = (Path::new("/flag"), Path::new("/file"));
        let chosen = |flag, file| DataDir::choose(flag, file).unwrap().path().to_owned();
        assert_eq!(chosen(Some(flag), Some(file)), flag);
        assert_eq!(chosen(None, Some(file)), file);
    }

    #[test]
    fn a_file_in_the_way_is_an_error_with_a_hint() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = DataDir(file.join("data")).make().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LocalWrite);
        assert!(error.hint().unwrap().contains("--data DIR"));
    }

    #[test]
    fn the_directory_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir(dir.path().join("a/b"));
        data.make().unwrap();
        data.make().unwrap();
        let mode = data.path().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
