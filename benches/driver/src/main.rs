//! Load and measurement for the side-by-side scripts in `benches/`.
//!
//! The scripts start the servers; this drives them in turn, several rounds, reads what each costs
//! from `/proc`, and prints medians, spread and ratios to one of them.

mod args;
mod chat;
mod durable;
mod echo;
mod idle;
mod once;
mod poll;
mod process;
mod relay;
mod startup;
mod table;
mod tls;
mod udp;

use std::process::ExitCode;

use args::Args;

/// What a run ends with.
type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let what = words.next().unwrap_or_default();
    let outcome = Args::parse(words).and_then(|args| match what.as_str() {
        "relay" => relay::run(&args),
        "layers" => relay::layers(&args),
        "chat" => chat::run(&args),
        "storm" => chat::storm(&args),
        "durable" => durable::run(&args),
        "echo" => echo::run(&args),
        "idle" => idle::run(&args),
        "tls" => tls::run(&args),
        "startup" => startup::run(&args),
        "once" => once::run(&args),
        "udp" => udp::run(&args),
        _ => Err(USAGE.into()),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("driver: {why}");
            ExitCode::FAILURE
        }
    }
}

const USAGE: &str = "\
usage: driver WHAT [--KEY VALUE]… [--peer NAME=HOST:PORT=PID[+PID]]…

  relay    --backend HOST:PORT --base NAME --rounds N --scale F   through each peer to our backend
           [--login NAME:PASSWORD] [--many N]                      … asked by SOCKS 5; N at once
  layers   --backend HOST:PORT --base NAME --rounds N --scale F   bulk only, through each peer
  chat     --base NAME --rounds N --scale F --members N           one talks, the members listen
  storm    --base NAME --rounds N --members N                     all join one channel at once
  durable  --rounds N --scale F --folder PATH                     acknowledged lines a second
  echo     --rate N --seconds N                                   what a line waits for its echo
  idle     --clients N                                            memory that idle clients take
  tls      --backend HOST:PORT --base NAME --rounds N --scale F --ca FILE
                                                                  through each peer under TLS
  udp      --backend HOST:PORT --base NAME --rounds N --scale F   the same for packets of UDP
  startup  --rounds N --folder PATH --program PATH                time until `ready`
  once     --rounds N --program PATH                              one connection, start to end";
