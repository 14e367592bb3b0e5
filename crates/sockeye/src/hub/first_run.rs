//! The first run without a file: the first account, its password, and the page that a person acts
//! on.

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::config::{Config, Listen};
use crate::endpoint::{Address, Family, Host};

/// Returns what a hub without a file does: everything in this build, on loopback.
pub(super) fn config(port_base: u16) -> Config {
    let loopback = |port| Address::Tcp {
        host: Host::Loopback,
        port,
        family: Family::Any,
    };
    let chat = Address::Service {
        name: "chat",
        text: String::new(),
    };
    let chat = Listen {
        at: loopback(port_base).into(),
        serve: chat.into(),
    };
    Config {
        listen: vec![chat],
        ..Config::default()
    }
}

/// Returns the first account's name: the user's, where it is one that may be used.
pub(super) fn account_name(user: Option<&str>, is_valid: impl Fn(&str) -> bool) -> String {
    let user = user.filter(|name| !name.is_empty() && *name != "root" && is_valid(name));
    user.unwrap_or("admin").to_owned()
}

/// Makes a password of 80 random bits, in four groups that a person can read out.
///
/// # Errors
/// When the system has no randomness.
pub(super) fn password() -> Result<String, getrandom::Error> {
    let mut random = [0; PASSWORD_CHARS];
    getrandom::fill(&mut random)?;
    // 32 letters divide 256 evenly, so each is as likely.
    let letters: Vec<char> = random
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    Ok(groups.join("-"))
}

/// Writes the password where only the owner reads it, in the place of one from an earlier start
/// that did not get as far as making the account.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write_password(path: &Path, password: &str) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{password}")?;
    file.sync_all()
}

/// The page that a first run prints.
#[derive(Debug)]
pub struct Page {
    /// Where chat accepts.
    pub chat: Option<SocketAddr>,
    /// The first account, and the file with its password.
    pub account: Option<(String, PathBuf)>,
    /// The user's home, shown as `~`.
    pub home: Option<PathBuf>,
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = concat!(
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR")
        );
        write!(f, "sockeye {version}  hub on this machine only ")?;
        write!(f, "(sockeye serve --example-config for a file)")?;
        if let Some(chat) = self.chat {
            let irssi = match chat.port() {
                IRC_PORT => format!("irssi -c {}", chat.ip()),
                port => format!("irssi -c {} -p {port}", chat.ip()),
            };
            write!(f, "\n  chat    {:<22} {irssi}", format!("irc://{chat}"))?;
        }
        if let Some((name, file)) = &self.account {
            let file = match self
                .home
                .as_ref()
                .and_then(|home| file.strip_prefix(home).ok())
            {
                Some(below) => Path::new("~").join(below),
                None => file.clone(),
            };
            write!(
                f,
                "\n  account {name}, password in {} (mode 600)",
                file.display()
            )?;
        }
        Ok(())
    }
}

/// Letters and digits without those that are taken for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a first password: 5 bits each.
const PASSWORD_CHARS: usize = 16;
/// Where IRC clients look by themselves (IANA: ircu).
const IRC_PORT: u16 = 6667;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_account_is_the_users_unless_that_is_root() {
        let name = |user| account_name(user, |name| name.chars().all(char::is_alphanumeric));
        assert_eq!(name(Some("ali")), "ali");
        assert_eq!(name(Some("root")), "admin");
        assert_eq!(name(Some("")), "admin");
        assert_eq!(name(Some("a b")), "admin");
        assert_eq!(name(None), "admin");
    }

    #[test]
    fn passwords_are_long_legible_and_different() {
        let (a, b) = (password().unwrap(), password().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), PASSWORD_CHARS + 3);
        assert!(a.bytes().all(|c| c == b'-' || ALPHABET.contains(&c)), "{a}");
        let distinct: std::collections::BTreeSet<_> = ALPHABET.iter().collect();
        assert_eq!(distinct.len(), ALPHABET.len(), "each letter is as likely");
    }

    #[test]
    fn the_password_file_is_the_owners_alone_and_is_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("first-password");
        std::fs::write(&path, "old").unwrap();
        write_password(&path, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new\n");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn the_page_can_be_acted_on() {
        let file = PathBuf::from("/home/ali/.local/share/sockeye/first-password");
        let page = Page {
            chat: Some("127.0.0.1:6667".parse().unwrap()),
            account: Some(("ali".into(), file)),
            home: Some("/home/ali".into()),
        };
        insta::assert_snapshot!(page, @"
        sockeye 0.1  hub on this machine only (sockeye serve --example-config for a file)
          chat    irc://127.0.0.1:6667   irssi -c 127.0.0.1
          account ali, password in ~/.local/share/sockeye/first-password (mode 600)
        ");
        let elsewhere = Page {
            chat: Some("127.0.0.1:20000".parse().unwrap()),
            account: None,
            home: None,
        };
        assert!(
            elsewhere
                .to_string()
                .ends_with("irssi -c 127.0.0.1 -p 20000"),
            "{elsewhere}"
        );
    }
}
