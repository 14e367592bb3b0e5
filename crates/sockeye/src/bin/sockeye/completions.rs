//! `completions`: what a shell needs to complete verbs, flags, addresses and `+words`.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Command, CommandFactory, ValueEnum};
use clap_complete::Shell;
use sockeye::Error;

use crate::answer;
use crate::args::Arguments;
use crate::vocabulary;

/// Print what a shell needs to complete the command line.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Supported,
}

/// The shells that there are completions for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Supported {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
}

impl Completions {
    pub(crate) fn run(&self) -> Result<ExitCode, Error> {
        answer::print(&self.shell.script())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Supported {
    fn script(self) -> String {
        match self {
            Self::Bash => generated(Shell::Bash, with_words()),
            Self::Zsh => generated(Shell::Zsh, with_words()),
            Self::Fish => generated(Shell::Fish, Arguments::command()) + &fish_words(),
            Self::PowerShell => {
                let script = generated(Shell::PowerShell, Arguments::command());
                script.replacen(POWERSHELL_END, &(powershell_words() + POWERSHELL_END), 1)
            }
        }
    }

    /// Returns the name under which the shell looks for it.
    fn file(self) -> &'static str {
        match self {
            Self::Bash => "sockeye.bash",
            Self::Zsh => "_sockeye",
            Self::Fish => "sockeye.fish",
            Self::PowerShell => "_sockeye.ps1",
        }
    }
}

/// Returns each script with the name of its file.
pub(crate) fn scripts() -> impl Iterator<Item = (&'static str, String)> {
    let shells = Supported::value_variants().iter();
    shells.map(|shell| (shell.file(), shell.script()))
}

fn generated(shell: Shell, mut command: Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "sockeye", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Returns the command line with the vocabulary as the values of its endpoints.
fn with_words() -> Command {
    let mut command = Arguments::command();
    for verb in verbs_with_endpoints() {
        command = command.mut_subcommand(verb, |command| {
            let values = vocabulary::entries().into_iter();
            let values = values.map(|(text, doc)| PossibleValue::new(text).help(doc));
            let parser = PossibleValuesParser::new(values);
            command.mut_arg(ENDPOINTS, |endpoints| endpoints.value_parser(parser))
        });
    }
    command
}

fn fish_words() -> String {
    let verbs = verbs_with_endpoints().join(" ");
    let mut script = String::new();
    for (text, doc) in vocabulary::entries() {
        let doc = doc.replace('\'', "\\'");
        // Writing to a String cannot fail.
        let _ = writeln!(
            script,
            "complete -c sockeye -n '__fish_seen_subcommand_from {verbs}' -a '{text}' -d '{doc}'"
        );
    }
    script
}

fn powershell_words() -> String {
    let verbs = verbs_with_endpoints().join("|");
    let mut script = format!("    if ($command -match '^sockeye;({verbs})$') {{\n");
    script += "        $completions = @($completions) + @(\n";
    for (text, doc) in vocabulary::entries() {
        let doc = doc.replace('\'', "''");
        // Writing to a String cannot fail.
        let _ = writeln!(
            script,
            "            [CompletionResult]::new('{text}', '{text}', \
             [CompletionResultType]::ParameterValue, '{doc}')"
        );
    }
    script + "        )\n    }\n\n"
}

/// Returns the verbs that take endpoints.
fn verbs_with_endpoints() -> Vec<String> {
    let command = Arguments::command();
    let takes_endpoints =
        |verb: &&Command| verb.get_arguments().any(|arg| arg.get_id() == ENDPOINTS);
    let verbs = command.get_subcommands().filter(takes_endpoints);
    verbs.map(|verb| verb.get_name().to_owned()).collect()
}

/// The argument of every verb that takes endpoints.
const ENDPOINTS: &str = "words";

/// Where the script that clap_complete writes has all its completions.
const POWERSHELL_END: &str = "    $completions.Where{";
