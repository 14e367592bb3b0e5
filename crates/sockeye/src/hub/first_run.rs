//! The run without a file: what it serves, the first account and its password, and the page that a
//! person acts on.

use std::fmt;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::DataDir;
use super::config::{Config, Listen};
use super::services::PAGE;
use crate::endpoint::{Address, Family, Host, words};
use crate::error::{Error, ErrorKind};
use crate::state::{Account, AccountError, Accounts, Permissions};

/// Returns what a hub without a file does: everything in this build, on loopback.
pub(super) fn config(port_base: u16) -> Config {
    let listen = |port, name| {
        let (host, family) = (Host::Loopback, Family::Any);
        let text = String::new();
        Listen {
            at: Address::Tcp { host, port, family }.into(),
            serve: Address::Service { name, text }.into(),
            balance: None,
            open: false,
        }
    };
    let port = |own, offset| match port_base {
        0 => 0,
        IRC_PORT => own,
        base => base.saturating_add(offset),
    };
    let services = [
        ("chat", IRC_PORT, 0),
        (PAGE, PAGE_PORT, PAGE_OFFSET),
        (PROXY, PROXY_PORT, PROXY_OFFSET),
    ];
    let is_built = |name: &str| words::scheme(name).is_some_and(|row| row.built);
    let built = services.into_iter().filter(|(name, ..)| is_built(name));
    let mut config = Config {
        listen: built
            .map(|(name, own, offset)| listen(port(own, offset), name))
            .collect(),
        ..Config::default()
    };
    config.chat.motd = GREETING.into();
    config
}

/// The first account, and the file with its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FirstAccount {
    name: String,
    password_file: PathBuf,
}

/// Makes the first account where there is none; returns it for as long as it is the only one and
/// its password lies in the file.
///
/// # Errors
/// When the accounts or the file cannot be read or written.
pub(super) async fn account(
    data: &DataDir,
    accounts: &Accounts,
) -> Result<Option<FirstAccount>, Error> {
    let password_file = data.first_password();
    let refused = |cause: &dyn fmt::Display| {
        let on = password_file.display();
        Error::new(ErrorKind::LocalWrite, "make the first account", on, cause)
    };
    let name = match &accounts.list().await.map_err(|error| refused(&error))?[..] {
        [] => {
            let password = password().map_err(|error| refused(&error))?;
            // First the file: an account whose password nobody knows would be of no use.
            write_password(&password_file, &password).map_err(|error| refused(&error))?;
            let user = std::env::var("USER").unwrap_or_default();
            let added = add(accounts, &user, password).await;
            added.map_err(|error| refused(&error))?.name
        }
        [only] if password_file.exists() => only.name.clone(),
        _ => return Ok(None),
    };
    Ok(Some(FirstAccount {
        name,
        password_file,
    }))
}

/// Adds the owner's account under the user's name or, where this cannot be one, as `admin`.
async fn add(accounts: &Accounts, user: &str, password: String) -> Result<Account, AccountError> {
    let everything = Permissions::CHAT
        | Permissions::FILES
        | Permissions::SHELL
        | Permissions::PROXY
        | Permissions::ADMIN;
    let user = if user == "root" { "" } else { user };
    match accounts
        .add(user, Some(password.clone().into()), everything)
        .await
    {
        Err(AccountError::ConfigName) => {
            accounts
                .add("admin", Some(password.into()), everything)
                .await
        }
        added => added,
    }
}

/// Makes a password of 80 random bits, in four groups that a person can read out.
fn password() -> Result<String, getrandom::Error> {
    let mut random = [0; PASSWORD_CHARS];
    getrandom::fill(&mut random)?;
    // 32 letters divide 256 evenly, so each is as likely.
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let groups = random
        .chunks(4)
        .map(|group| group.iter().map(letter).collect::<String>());
    Ok(groups.collect::<Vec<_>>().join("-"))
}

/// Writes the password where only the owner reads it, in the place of one from an earlier start
/// that did not get as far as making the account.
fn write_password(path: &Path, password: &str) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{password}")?;
    file.sync_all()
}

/// The page that a hub without a file prints.
#[derive(Debug)]
pub struct Page {
    chat: Option<Address>,
    page: Option<Address>,
    proxy: Option<Address>,
    account: Option<FirstAccount>,
    /// The user's home, shown as `~`.
    home: Option<PathBuf>,
}

impl Page {
    pub(super) fn new(
        [chat, page, proxy]: [Option<Address>; 3],
        account: Option<FirstAccount>,
    ) -> Self {
        let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
        Self {
            chat,
            page,
            proxy,
            account,
            home: home.map(PathBuf::from),
        }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sockeye {VERSION}  hub on this machine only ")?;
        write!(f, "(sockeye serve --example-config for a file)")?;
        if let Some(Address::Tcp { host, port, .. }) = &self.chat {
            let url = format!("irc://{host}:{port}");
            write!(f, "\n  chat    {url:<22} irssi -c {host}")?;
            if *port != IRC_PORT {
                write!(f, " -p {port}")?;
            }
            if let Some(Address::Tcp { host, port, .. }) = &self.page {
                write!(f, "     page http://{host}:{port}/")?;
            }
        }
        if let Some(Address::Tcp { host, port, .. }) = &self.proxy {
            let name = self
                .account
                .as_ref()
                .map_or("NAME", |account| &account.name);
            let at = format!("{host}:{port}");
            write!(
                f,
                "\n  proxy   {at:<22} curl -x socks5h://{at} -U {name} https://…"
            )?;
        }
        if let Some(FirstAccount {
            name,
            password_file,
        }) = &self.account
        {
            let below_home = self
                .home
                .as_ref()
                .map(|home| password_file.strip_prefix(home));
            let file = match below_home {
                Some(Ok(below)) => Path::new("~").join(below),
                _ => password_file.clone(),
            };
            let file = file.display();
            write!(f, "\n  account {name}, password in {file} (mode 600)")?;
        }
        Ok(())
    }
}

/// The version as people say it.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR")
);
/// Letters and digits without `l`, `o`, `0` and `1`, which are taken for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a first password: 5 bits each.
const PASSWORD_CHARS: usize = 16;
/// Where IRC clients look by themselves (IANA: ircu).
const IRC_PORT: u16 = 6667;

/// Where the pages are, and how far behind another first port.
const PAGE_PORT: u16 = 7080;
const PAGE_OFFSET: u16 = 2;

/// The service of the proxy.
pub(super) const PROXY: &str = "proxy";

/// Where proxies for SOCKS are (RFC 1928 section 3).
const PROXY_PORT: u16 = 1080;

/// How far behind another first port its own is.
const PROXY_OFFSET: u16 = 4;

/// The message of the day of a hub without a file: what somebody new does next.
const GREETING: &str = "\
This is a hub of your own. /join #lobby and talk.
What is said is kept: leave, come back, and the last messages are shown again.";

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use sockeye_proto::irc::settings::CaseMapping;

    use super::*;
    use crate::state::{HashCost, Store};

    #[tokio::test]
    async fn the_first_account_is_the_users_unless_that_is_no_name() {
        for (user, name) in [
            ("ali", "ali"),
            ("root", "admin"),
            ("", "admin"),
            ("a b", "admin"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(dir.path(), &Default::default()).unwrap();
            let accounts = Accounts::new(store, CaseMapping::Ascii, HashCost::least());
            let account = add(&accounts, user, "secret".into()).await.unwrap();
            assert_eq!(account.name, name);
            assert!(account.permissions.contains(Permissions::ADMIN));
        }
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
        let chat = |port| Some(Address::from(SocketAddr::from(([127, 0, 0, 1], port))));
        let page = Page {
            chat: chat(6667),
            page: chat(7080),
            proxy: chat(1080),
            account: Some(FirstAccount {
                name: "ali".into(),
                password_file: "/home/ali/.local/share/sockeye/first-password".into(),
            }),
            home: Some("/home/ali".into()),
        };
        insta::assert_snapshot!(page, @"
        sockeye 0.1  hub on this machine only (sockeye serve --example-config for a file)
          chat    irc://127.0.0.1:6667   irssi -c 127.0.0.1     page http://127.0.0.1:7080/
          proxy   127.0.0.1:1080         curl -x socks5h://127.0.0.1:1080 -U ali https://…
          account ali, password in ~/.local/share/sockeye/first-password (mode 600)
        ");
        let elsewhere = Page {
            chat: chat(20_000),
            page: None,
            proxy: None,
            account: None,
            home: None,
        };
        let elsewhere = elsewhere.to_string();
        assert!(
            elsewhere.ends_with("irssi -c 127.0.0.1 -p 20000"),
            "{elsewhere}"
        );
    }
}
