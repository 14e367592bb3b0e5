//! Accounts over a real store, with the least hashing cost.

use std::net::IpAddr;

use sockeye_proto::irc::power::Powers;
use sockeye_proto::irc::settings::CaseMapping;
use tempfile::TempDir;

use super::{AccountError, Accounts, HashCost, LoginError, Password, Permissions};
use crate::state::{Store, StoreOptions};

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

fn accounts() -> (TempDir, Accounts) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    (
        dir,
        Accounts::new(store, CaseMapping::Ascii, HashCost::least()),
    )
}

async fn login(accounts: &Accounts, name: &str, password: &str) -> Result<String, LoginError> {
    let password = Password::new(password);
    accounts
        .verify_password(name, &password, HERE)
        .await
        .map(|account| account.name)
}

#[tokio::test]
async fn an_account_lives_through_its_changes() {
    let (_dir, accounts) = accounts();
    let chat = Permissions::CHAT;
    let ali = accounts
        .add("Ali", Some(Password::new("one")), chat)
        .await
        .unwrap();
    assert_eq!(
        (ali.name.as_str(), ali.permissions, ali.has_password),
        ("Ali", chat, true)
    );
    assert_eq!(
        accounts.add("aLI", None, chat).await,
        Err(AccountError::Exists)
    );
    assert_eq!(accounts.find("ALI").await.unwrap(), Some(ali.clone()));
    assert_eq!(login(&accounts, "ali", "one").await.unwrap(), "Ali");

    accounts
        .set_password("ali", Password::new("two"))
        .await
        .unwrap();
    assert_eq!(login(&accounts, "ali", "two").await.unwrap(), "Ali");
    assert_eq!(
        login(&accounts, "ali", "one").await,
        Err(LoginError::PeerDenied)
    );

    accounts
        .set_permissions("ali", chat | Permissions::ADMIN)
        .await
        .unwrap();
    let found = accounts.find("ali").await.unwrap().unwrap();
    assert_eq!(found.to_ref().powers, Powers::ALL);
    assert!(ali.to_ref().powers.is_empty());

    let bo = accounts.add("bo", None, Permissions::NONE).await.unwrap();
    assert_eq!(accounts.list().await.unwrap(), [found, bo.clone()]);
    accounts.remove("BO").await.unwrap();
    assert_eq!(accounts.remove("bo").await, Err(AccountError::Unknown));
    assert_eq!(accounts.find("bo").await.unwrap(), None);
    let again = accounts.add("bo", None, Permissions::NONE).await.unwrap();
    assert_ne!(again.id, bo.id, "an id is never used twice");
}

#[tokio::test]
async fn a_login_forgets_nothing_that_changed_meanwhile() {
    let (_dir, accounts) = accounts();
    accounts
        .add("ali", Some(Password::new("one")), Permissions::CHAT)
        .await
        .unwrap();
    login(&accounts, "ali", "one").await.unwrap();
    accounts
        .set_permissions("ali", Permissions::ADMIN)
        .await
        .unwrap();
    let one = Password::new("one");
    let ali = accounts.verify_password("ali", &one, HERE).await.unwrap();
    assert_eq!(ali.permissions, Permissions::ADMIN);
    accounts.remove("ali").await.unwrap();
    assert_eq!(
        login(&accounts, "ali", "one").await,
        Err(LoginError::PeerDenied)
    );
}

#[tokio::test]
async fn both_verifiers_are_stored_and_no_password() {
    let (dir, accounts) = accounts();
    accounts
        .add("ali", Some(Password::new("xyzzy-plugh")), Permissions::CHAT)
        .await
        .unwrap();
    let store = accounts.inner.store.clone();
    let sql = "SELECT argon2id, scram_sha256 FROM credential";
    let columns =
        |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let (argon2id, scram) = store
        .read(move |c| c.query_row(sql, [], columns))
        .await
        .unwrap();
    assert!(argon2id.starts_with("$argon2id$"));
    assert!(scram.starts_with("SCRAM-SHA-256$"));
    drop((store, accounts));
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(11).any(|window| window == b"xyzzy-plugh"));
    }
}

#[tokio::test]
async fn unknown_wrong_and_passwordless_look_the_same() {
    let (_dir, accounts) = accounts();
    accounts
        .add("ali", Some(Password::new("one")), Permissions::CHAT)
        .await
        .unwrap();
    accounts.add("bo", None, Permissions::CHAT).await.unwrap();
    for (name, password) in [
        ("ali", "two"),
        ("bo", ""),
        ("nobody", "one"),
        ("no name", "one"),
    ] {
        assert_eq!(
            login(&accounts, name, password).await,
            Err(LoginError::PeerDenied),
            "{name}"
        );
    }
}

#[tokio::test]
async fn after_failures_the_owner_gets_in_from_another_address() {
    let (_dir, accounts) = accounts();
    accounts
        .add("ali", Some(Password::new("one")), Permissions::CHAT)
        .await
        .unwrap();
    for _ in 0..6 {
        accounts.inner.logins.fail_for_test(HERE, "ali");
    }
    let one = Password::new("one");
    accounts.inner.logins.place(HERE, "ali").map(drop).unwrap();
    let refused = accounts.verify_password("ali", &one, HERE).await;
    assert_eq!(refused, Err(LoginError::PeerBusy));
    assert!(accounts.verify_password("ali", &one, THERE).await.is_ok());
    // The right password is known by now, so it need not wait behind the guesses.
    assert!(accounts.verify_password("ali", &one, HERE).await.is_ok());
}

#[tokio::test]
async fn names_and_passwords_that_cannot_be_used_are_refused_in_words() {
    let (_dir, accounts) = accounts();
    let long = "x".repeat(33);
    for name in [
        "",
        "a b",
        "#chan",
        "a,b",
        "a!b",
        "1st",
        "-x",
        "é",
        "nul\0",
        long.as_str(),
    ] {
        let refused = accounts.add(name, None, Permissions::NONE).await;
        assert!(
            matches!(refused, Err(AccountError::ConfigName)),
            "{name:?}: {refused:?}"
        );
    }
    let long = "x".repeat(301);
    for password in ["", "nul\0", long.as_str()] {
        let password = Some(Password::new(password));
        let refused = accounts.add("ali", password, Permissions::NONE).await;
        assert!(
            matches!(refused, Err(AccountError::ConfigPassword(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn permissions_read_as_written() {
    let set: Permissions = "chat, admin".parse().unwrap();
    assert_eq!(set, Permissions::CHAT | Permissions::ADMIN);
    assert_eq!(set.to_string(), "chat,admin");
    let unknown = "chat,root".parse::<Permissions>().unwrap_err();
    let words = "unknown permission \"root\"; there are chat,files,shell,proxy,admin,kill,ban,";
    assert!(unknown.to_string().starts_with(words), "{unknown}");
}

/// Logs in as a client does it (RFC 5802 section 3).
async fn scram(accounts: &Accounts, name: &str, password: &str) -> Result<String, LoginError> {
    use super::password::hmac_sha256;
    use base64::Engine as _;
    use sha2::{Digest, Sha256};

    let challenge = accounts.challenge(name, HERE).await?;
    let salt = base64::engine::general_purpose::STANDARD
        .decode(&challenge.salt)
        .unwrap();
    let message = format!("n={name},r=x,r=x{},c=biws", challenge.nonce);
    let (password, count) = (password.as_bytes(), challenge.iterations);
    let salted = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, &salt, count);
    let client_key = hmac_sha256(&salted, b"Client Key");
    let stored_key: [u8; 32] = Sha256::digest(client_key).into();
    let hidden = hmac_sha256(&stored_key, message.as_bytes());
    let proof: Vec<u8> = client_key.iter().zip(hidden).map(|(a, b)| a ^ b).collect();
    let proven = accounts.prove(&challenge, &message, &proof)?;
    let server_key = hmac_sha256(&salted, b"Server Key");
    assert_eq!(
        proven.signature,
        hmac_sha256(&server_key, message.as_bytes())
    );
    Ok(proven.account.name)
}

#[tokio::test(start_paused = true)]
async fn a_proof_logs_in_and_a_wrong_one_is_remembered() {
    let (_dir, accounts) = accounts();
    let one = Password::new("one");
    accounts
        .add("Ali", Some(one), Permissions::CHAT)
        .await
        .unwrap();
    assert_eq!(scram(&accounts, "ali", "one").await.unwrap(), "Ali");
    let denied = Err(LoginError::PeerDenied);
    assert_eq!(scram(&accounts, "ali", "two").await, denied);
    let before = tokio::time::Instant::now();
    assert_eq!(scram(&accounts, "ali", "one").await.unwrap(), "Ali");
    assert!(before.elapsed() >= std::time::Duration::from_millis(900));
    // A proof is good for its challenge only.
    let (a, b) = (
        accounts.challenge("ali", HERE).await.unwrap(),
        accounts.challenge("ali", HERE).await.unwrap(),
    );
    assert_ne!(a.nonce, b.nonce);
    assert_eq!(
        accounts.prove(&a, "", &[]).map(drop),
        Err(LoginError::PeerDenied)
    );
}

#[tokio::test]
async fn who_is_not_there_is_challenged_like_anybody() {
    let (dir, accounts) = accounts();
    let one = || Some(Password::new("one"));
    accounts.add("ali", one(), Permissions::CHAT).await.unwrap();
    accounts.add("bo", None, Permissions::CHAT).await.unwrap();
    let known = accounts.challenge("ali", HERE).await.unwrap();
    let mut salts = vec![known.salt.clone()];
    for name in ["nobody", "bo", "other", "not a name"] {
        let first = accounts.challenge(name, HERE).await.unwrap();
        let again = accounts.challenge(name, THERE).await.unwrap();
        assert_eq!(first.salt, again.salt, "{name}");
        assert_eq!(first.salt.len(), known.salt.len());
        assert_eq!(first.iterations, known.iterations);
        assert_eq!(first.nonce.len(), known.nonce.len());
        salts.push(first.salt);
    }
    salts.sort();
    salts.dedup();
    assert_eq!(salts.len(), 5);
    let nobody = accounts.challenge("NOBODY", HERE).await.unwrap();
    drop(accounts);
    // Nor does a restart tell.
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let restarted = Accounts::new(store, CaseMapping::Ascii, HashCost::least());
    let again = restarted.challenge("nobody", HERE).await.unwrap();
    assert_eq!(again.salt, nobody.salt);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_compared_as_often_for_unknown_accounts() {
    let (_dir, accounts) = accounts();
    let one = Password::new("one");
    accounts
        .add("ali", Some(one), Permissions::CHAT)
        .await
        .unwrap();
    let mut before = accounts.inner.logins.comparisons();
    for name in ["ali", "nobody", "not a name"] {
        login(&accounts, name, "wrong").await.unwrap_err();
        scram(&accounts, name, "wrong").await.unwrap_err();
        let now = accounts.inner.logins.comparisons();
        assert_eq!(now - before, 2, "{name}");
        before = now;
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_a_credential() {
    let (_dir, accounts) = accounts();
    for name in ["ali", "bo"] {
        accounts.add(name, None, Permissions::CHAT).await.unwrap();
    }
    let (one, two) = ([1; 32], [2; 32]);
    let owner = async |fingerprint, name| {
        let owner = accounts.verify_certificate(fingerprint, name, HERE).await;
        owner.map(|account| account.name)
    };
    assert_eq!(owner(one, None).await, Err(LoginError::PeerDenied));
    accounts
        .add_certificate("ALI", one, "laptop")
        .await
        .unwrap();
    assert_eq!(
        accounts.add_certificate("ali", one, "").await,
        Err(AccountError::Exists)
    );
    accounts.add_certificate("ali", two, "").await.unwrap();
    accounts.add_certificate("bo", two, "").await.unwrap();
    assert_eq!(owner(one, None).await.unwrap(), "ali");
    assert_eq!(owner(one, Some("Ali")).await.unwrap(), "ali");
    assert_eq!(
        owner(two, None).await.unwrap(),
        "ali",
        "the first to have it"
    );
    assert_eq!(owner(two, Some("bo")).await.unwrap(), "bo");
    assert_eq!(owner(one, Some("bo")).await, Err(LoginError::PeerDenied));
    assert_eq!(accounts.certificates("ali").await.unwrap(), [one, two]);
    accounts.remove_certificate("ali", one).await.unwrap();
    assert_eq!(
        accounts.remove_certificate("ali", one).await,
        Err(AccountError::Unknown)
    );
    assert_eq!(owner(one, None).await, Err(LoginError::PeerDenied));
    for n in 3..2 + super::certificates::CERTIFICATES_MAX as u8 {
        accounts.add_certificate("bo", [n; 32], "").await.unwrap();
    }
    assert_eq!(
        accounts.add_certificate("bo", [99; 32], "").await,
        Err(AccountError::Full)
    );
}
