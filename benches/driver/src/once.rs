//! How long one short connection takes, from the start of a program to its end.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use crate::Outcome;
use crate::args::Args;
use crate::table::Table;

/// Asks our backend with each program in turn; who begins a round changes.
pub(crate) fn run(args: &Args) -> Outcome {
    let program: String = args.value("program")?;
    let at = backend()?;
    let (host, port) = (at.ip().to_string(), at.port().to_string());
    let commands = [
        (
            "sockeye",
            vec![program, "connect".to_owned(), at.to_string()],
        ),
        ("nc", ["nc", "-N", &host, &port].map(str::to_owned).into()),
        (
            "socat",
            vec!["socat".to_owned(), "-".to_owned(), format!("TCP:{at}")],
        ),
    ];
    let mut table = Table::default();
    for round in 0..args.value::<usize>("rounds")? {
        for turn in 0..commands.len() {
            let (name, words) = &commands[(turn + round) % commands.len()];
            table.add("start to end of one answer, ms", name, answered_ms(words)?);
        }
    }
    print!("{}", table.show("nc"));
    Ok(())
}

/// Answers each connection with what it has sent, once that has ended.
fn backend() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let at = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming() {
            let answered = stream.and_then(|mut stream| {
                let mut question = Vec::new();
                stream.read_to_end(&mut question)?;
                stream.write_all(&question)
            });
            if let Err(why) = answered {
                eprintln!("driver: {why}");
            }
        }
    });
    Ok(at)
}

fn answered_ms(words: &[String]) -> Result<f64, Box<dyn Error>> {
    let (program, args) = words.split_first().ok_or("no program")?;
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    child.stdin.take().ok_or("no stdin")?.write_all(QUESTION)?;
    let output = child.wait_with_output()?;
    let ms = start.elapsed().as_secs_f64() * 1e3;
    match output.status.success() && output.stdout == QUESTION {
        true => Ok(ms),
        false => Err(format!("{program}: {}, {:?}", output.status, output.stdout).into()),
    }
}

const QUESTION: &[u8] = b"anybody there?\n";
