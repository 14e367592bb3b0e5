//! What a hub refuses to start with, and how it says so.

use std::fs::{Permissions, set_permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{Ran, connect_from, run, sockeye_of_ali, start, start_with_file, started, stop};
use crate::support::authority::{Authority, Given};
use crate::support::client::Client;
use crate::support::program::Program;

fn serve(args: &[&str]) -> Ran {
    Ran::of(Program::start(&mut sockeye_of_ali(
        &[&["serve"], args].concat(),
    )))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_second_hub_on_one_directory_is_refused_and_names_the_first() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let said = run(&["serve", "--port-base", "0"], data.path(), "").refused(2);
    let pid = hub.pid().as_raw_nonzero().to_string();
    assert!(said.contains(&pid) && said.contains("--data"), "{said}");
    Client::register(hub.listening(), "ann", "");
    stop(hub);
}

#[test]
fn a_busy_port_is_refused_with_a_way_out() {
    let data = TempDir::new().unwrap();
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let said = run(&["serve", "--port-base", &port], data.path(), "").refused(45);
    let hint = said
        .lines()
        .find(|line| line.starts_with("hint: "))
        .unwrap();
    assert!(
        said.contains(&port) && hint.contains("--port-base"),
        "{said}"
    );
}

#[test]
fn the_example_is_a_file_that_check_accepts() {
    let example = serve(&["--example-config"]).ok();
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("hub.toml");
    std::fs::write(&file, example).unwrap();
    serve(&["--check", "--config", text(&file)]).ok();

    let mut piped = sockeye_of_ali(&["serve", "--check", "--config", "-"]);
    piped.stdin(std::fs::File::open(&file).unwrap());
    Ran::of(Program::start(&mut piped)).ok();
}

#[test]
fn check_shows_every_mistake_and_opens_nothing() {
    let dir = TempDir::new().unwrap();
    let (file, data) = (dir.path().join("hub.toml"), dir.path().join("data"));
    let mistaken =
        "[hub]\nnmae = \"x\"\n\n[[listen]]\nat = \"tpc://127.0.0.1:1\"\nserve = \"chatt\"\n";
    std::fs::write(&file, mistaken).unwrap();
    let args = ["--check", "--config", text(&file), "--data", text(&data)];
    let said = serve(&args).refused(2);
    for part in [
        "3 mistakes",
        "hub.toml:2:1: unknown key `nmae`",
        "did you mean `name`?",
        "hub.toml:5:7: unknown scheme tpc",
        "did you mean tcp://?",
        "hub.toml:6:10: chatt is no address",
        "did you mean `chat`?",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!data.exists());
}

#[test]
fn check_reads_the_certificate_of_sts_and_the_passwords_of_gateways() {
    let (dir, authority) = (TempDir::new().unwrap(), Authority::new());
    let file = dir.path().join("hub.toml");
    let check = |certificate: &str, more: &str| {
        let sts = "[chat]\nsts_port = 6697\n";
        let listen = format!("[[listen]]\nat = \"127.0.0.1:6697 +tls,{certificate}\"\n");
        let whole = format!("{sts}{listen}serve = \"chat\"\n{more}");
        std::fs::write(&file, whole).unwrap();
        serve(&["--check", "--config", text(&file)])
    };
    let signed = authority.certificate(Given::default()).to_string();
    check(&signed, "").ok();
    let alone = format!("cert={}", authority.file());
    let said = check(&alone, "").refused(2);
    assert!(said.contains("on port 6697 is self-signed"), "{said}");
    let said = check("cert=/nonexistent/a.pem", "").refused(58);
    assert!(said.contains("/nonexistent/a.pem: no such file"), "{said}");

    let gateway = "[[gateway]]\nname = \"web\"\nfrom = [\"::1\"]\n";
    let with = |password: &str| format!("{gateway}password = \"{password}\"\n");
    check(&signed, &with("word")).ok();
    let said = check(&signed, &with("@/nonexistent/p")).refused(26);
    assert!(
        said.contains("password of gateway web: /nonexistent/p: no such file"),
        "{said}"
    );
    let said = check(&signed, &with("two words")).refused(2);
    assert!(
        said.contains("one word") && !said.contains("two words"),
        "{said}"
    );
}

#[test]
fn a_file_that_is_not_there_is_a_clear_error() {
    let said = serve(&["--config", "/nonexistent/hub.toml"]).refused(2);
    assert!(said.contains("/nonexistent/hub.toml"), "{said}");
}

#[test]
fn a_directory_that_may_not_be_written_is_refused() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    set_permissions(&data, Permissions::from_mode(0o500)).unwrap();
    let mut command = sockeye_of_ali(&["serve", "--port-base", "0", "--data", text(&data)]);
    if rustix::process::geteuid().is_root() {
        // Root may write anywhere: the refusal takes somebody else.
        command.uid(NOBODY).gid(NOBODY);
        set_permissions(&data, Permissions::from_mode(0o555)).unwrap();
    }
    let said = Ran::of(Program::start(&mut command)).refused(23);
    assert!(said.to_lowercase().contains("permission denied"), "{said}");
    assert!(said.contains(text(&data)), "{said}");
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let data = TempDir::new().unwrap();
    stop(start(data.path()));
    let database = rusqlite::Connection::open(data.path().join("sockeye.db")).unwrap();
    database
        .pragma_update(None, "user_version", 1_000_000)
        .unwrap();
    drop(database);
    let said = run(&["serve", "--port-base", "0"], data.path(), "").refused(26);
    assert!(said.contains("newer"), "{said}");
}

#[test]
fn another_case_mapping_than_the_first_is_refused() {
    let dir = TempDir::new().unwrap();
    stop(start(&dir.path().join("data")));
    let file = dir.path().join("hub.toml");
    std::fs::write(&file, "[chat]\ncasemapping = \"precis\"\n").unwrap();
    let said = run(
        &["serve", "--config", text(&file)],
        &dir.path().join("data"),
        "",
    )
    .refused(2);
    assert!(said.contains("casemapping = \"ascii\""), "{said}");
}

#[test]
fn few_descriptors_are_said_and_too_few_for_what_was_asked_are_refused() {
    let dir = TempDir::new().unwrap();
    let limited = |more: &str| {
        let program = env!("CARGO_BIN_EXE_sockeye");
        let data = text(dir.path());
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            &format!("ulimit -n 256; exec {program} serve --data {data} {more}"),
        ]);
        shell
    };
    let hub = started(&mut limited("--port-base 0"));
    hub.stderr
        .wait_for_text("sessions at once: the descriptor limit (ulimit -n) is 256");
    Client::register(hub.listening(), "ann", "");
    stop(hub);

    let config = dir.path().join("hub.toml");
    let asked = "[hub]\nsessions = 500\n\n[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n";
    std::fs::write(&config, asked).unwrap();
    let mut command = limited(&format!("--config {}", text(&config)));
    let said = Ran::of(Program::start(&mut command)).refused(71);
    assert!(said.contains("256") && said.contains("ulimit -n"), "{said}");
}

#[test]
fn a_flood_of_half_made_connections_shuts_out_nobody_else() {
    let dir = TempDir::new().unwrap();
    let file = "[hub]\nconnects_per_source = 0\nconnects_per_network = 0\n\n\
                [[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n";
    let hub = start_with_file(dir.path(), file);
    let chat = hub.listening();
    let mut held: Vec<Client> = (0..FLOOD).map(|_| Client::connect(chat)).collect();
    for mut refused in held.split_off(PENDING_MAX) {
        assert!(refused.wait_for("ERROR ").contains("unregistered"));
    }

    let mut good = Client::over(connect_from([127, 0, 0, 2], chat));
    good.send("NICK good\r\nUSER good 0 * :good");
    good.wait_for(" 001 ");
    stop(hub);
}

/// Connections of the flood.
const FLOOD: usize = 300;
/// What the hub holds of them by default.
const PENDING_MAX: usize = 64;
/// The user that owns nothing.
const NOBODY: u32 = 65_534;
