//! `generate`: the manual pages, the reference and the completions, for `cargo xtask generate`; not
//! shown in help.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use sockeye::{Error, ErrorKind};

use crate::args::Arguments;
use crate::{completions, reference, vocabulary};

/// Write the manual pages, the reference and the completions into a folder.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// The folder.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Generate {
    pub(crate) fn run(&self) -> Result<ExitCode, Error> {
        let written = self.write();
        let failed = |error| {
            let on = self.folder.display();
            Error::new(ErrorKind::LocalWrite, "generate", on, error)
        };
        written.map(|()| ExitCode::SUCCESS).map_err(failed)
    }

    fn write(&self) -> io::Result<()> {
        let man = self.folder.join("man");
        fs::create_dir_all(&man)?;
        fs::write(self.folder.join("reference.md"), reference::page())?;
        let completions = self.folder.join("completions");
        fs::create_dir_all(&completions)?;
        for (name, script) in completions::scripts() {
            fs::write(completions.join(name), script)?;
        }
        let mut command = Arguments::command().disable_help_subcommand(true);
        command.build();
        page(&man, "sockeye", &command)?;
        for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
            pages(&man, "sockeye", verb)?;
        }
        fs::write(man.join("sockeye-endpoint.7"), endpoint_page()?)
    }
}

/// Writes the pages of a verb and of those below it.
fn pages(folder: &Path, parent: &str, verb: &Command) -> io::Result<()> {
    let name = format!("{parent}-{}", verb.get_name());
    // The vocabulary has a page of its own.
    let verb = verb
        .clone()
        .after_long_help(None::<&str>)
        .display_name(&name);
    page(folder, &name, &verb)?;
    verb.get_subcommands()
        .try_for_each(|inner| pages(folder, &name, inner))
}

fn page(folder: &Path, name: &str, command: &Command) -> io::Result<()> {
    let man = Man::new(command.clone()).title(name).source(SOURCE);
    let mut text = Vec::new();
    man.render(&mut text)?;
    Roff::new()
        .control("SH", ["SEE ALSO"])
        .text([roman("sockeye(1), sockeye-endpoint(7)")])
        .to_writer(&mut text)?;
    fs::write(folder.join(man.get_filename()), text)
}

/// Returns the page about endpoints: the vocabulary, in its columns.
fn endpoint_page() -> io::Result<Vec<u8>> {
    let title = ["sockeye-endpoint", "7", "", SOURCE];
    let mut page = Roff::new();
    page.control("TH", title)
        .control("SH", ["NAME"])
        .text([roman(
            "sockeye-endpoint - how the endpoints of sockeye are written",
        )])
        .control("SH", ["DESCRIPTION"])
        .control("nf", []);
    for line in vocabulary::help().lines() {
        page.text([roman(line)]);
    }
    page.control("fi", [])
        .control("SH", ["SEE ALSO"])
        .text([roman("sockeye(1), sockeye-explain(1)")]);
    let mut text = Vec::new();
    page.to_writer(&mut text)?;
    Ok(text)
}

/// What the foot of each page names.
const SOURCE: &str = concat!("sockeye ", env!("CARGO_PKG_VERSION"));
