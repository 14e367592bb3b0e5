//! Running out of descriptors, and coming back from many sessions.
//!
//! Descriptors are the whole process's, so each of these tests runs in a process of its own: the
//! test runs this program again for one ignored test, under the limit that it needs.

use std::fs::File;
use std::process::Command;

use super::*;

/// Runs an ignored test of this module in a process with `descriptors` descriptors.
fn run_apart(test: &str, descriptors: u32) {
    let program = std::env::current_exe().unwrap();
    let limited = format!("ulimit -n {descriptors}; exec \"$0\" \"$@\"");
    let name = format!("{}::{test}", module_path!().trim_start_matches("sockeye::"));
    let output = Command::new("sh")
        .args(["-c", &limited])
        .arg(program)
        .args(["--exact", &name, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn out_of_descriptors_the_queue_moves_and_sessions_live_on() {
    run_apart("out_of_descriptors", 128);
}

#[test]
fn many_sessions_leave_nothing_behind() {
    run_apart("many_sessions", 1024);
}

#[test]
fn memory_of_a_flood_is_given_back() {
    run_apart("flood", 5000);
}

#[tokio::test]
#[ignore = "runs in a process of its own"]
async fn out_of_descriptors() {
    let engine = engine();
    let listening = engine.listen(&loopback(), Arc::new(Echo)).await.unwrap();
    let at = socket_address(&listening.addresses()[0]);
    let mut old = TcpStream::connect(at).await.unwrap();
    assert_echo(&mut old).await;

    // Clients need descriptors as well: they are made before the rest is used up.
    let clients: Vec<_> = (0..5).map(|_| TcpSocket::new_v4().unwrap()).collect();
    let mut used_up = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        used_up.push(file);
    }
    let mut shut_out = Vec::new();
    for client in clients {
        // Connected by the system; the listener cannot take it and closes it.
        let mut client = client.connect(at).await.unwrap();
        let _ = client.write_all(b"x").await;
        client
            .read_u8()
            .await
            .expect_err("served without a descriptor");
        shut_out.push(client);
    }
    assert_echo(&mut old).await;

    drop(used_up);
    assert_echo(&mut TcpStream::connect(at).await.unwrap()).await;
    assert_echo(&mut old).await;
}

#[tokio::test]
#[ignore = "runs in a process of its own"]
async fn many_sessions() {
    let engine = engine();
    let listening = engine.listen(&loopback(), Arc::new(Echo)).await.unwrap();
    let at = socket_address(&listening.addresses()[0]);
    assert_echo(&mut TcpStream::connect(at).await.unwrap()).await;
    engine.inner.table.empty().await;
    let before = descriptors_in_use();
    for round in 0..2000 {
        let mut client = TcpStream::connect(at).await.unwrap();
        match round % 3 {
            0 => assert_echo(&mut client).await,
            1 => client.set_zero_linger().unwrap(),
            _ => {}
        }
    }
    assert_echo(&mut TcpStream::connect(at).await.unwrap()).await;
    engine.inner.table.empty().await;
    assert_eq!(descriptors_in_use(), before);
    assert_eq!(engine.sessions(), []);
}

#[tokio::test]
#[ignore = "runs in a process of its own"]
async fn flood() {
    let engine = engine();
    let listening = engine.listen(&loopback(), Arc::new(Echo)).await.unwrap();
    let at = socket_address(&listening.addresses()[0]);
    assert_echo(&mut TcpStream::connect(at).await.unwrap()).await;
    engine.inner.table.empty().await;
    let before = memory_pages();
    let mut clients = Vec::with_capacity(2000);
    for _ in 0..2000 {
        let mut client = TcpStream::connect(at).await.unwrap();
        assert_echo(&mut client).await;
        clients.push(client);
    }
    let peak = memory_pages();
    drop(clients);
    engine.inner.table.empty().await;
    let after = memory_pages();
    assert!(
        after.saturating_sub(before) < (peak - before) / 2,
        "{before}, {peak}, {after} pages"
    );
}

async fn assert_echo(peer: &mut TcpStream) {
    peer.write_all(b"ping").await.unwrap();
    let mut pong = [0; 4];
    peer.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"ping");
}

fn descriptors_in_use() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Returns the resident memory of this process (proc(5), statm).
fn memory_pages() -> usize {
    let sizes = std::fs::read_to_string("/proc/self/statm").unwrap();
    sizes.split(' ').nth(1).unwrap().parse().unwrap()
}
