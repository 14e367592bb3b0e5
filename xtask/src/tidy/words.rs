//! Words that do not belong into any file of the project, and hosts that nobody vouched for.

use super::Complaint;
use super::tree::{File, Tree};

/// Complains of words and of web addresses, in every file.
pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let files = tree
        .files
        .iter()
        .filter(|file| !UNCHECKED.contains(&file.path.as_str()));
    files.flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Complaint> {
    let mut found = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let mut complain = |what: String, todo: &str| {
            found.push(Complaint::new(&file.path, index + 1, what, todo));
        };
        for word in WORDS.iter().filter(|word| line.contains(word.text)) {
            complain(format!("`{}`", word.text), word.todo);
        }
        for host in hosts(line).filter(|host| !is_known(host)) {
            complain(format!("a link to `{host}`"), UNKNOWN_HOST);
        }
    }
    found
}

/// Finds the hosts of the web addresses in a line that name one on the internet.
fn hosts(line: &str) -> impl Iterator<Item = &str> {
    let starts = ["https://", "http://"];
    starts.into_iter().flat_map(move |start| {
        line.match_indices(start).filter_map(move |(at, _)| {
            let rest = &line[at + start.len()..];
            let rest = rest
                .split(|c: char| !c.is_ascii_alphanumeric() && !"-.@:".contains(c))
                .next()?;
            let host = rest
                .rsplit('@')
                .next()?
                .split(':')
                .next()?
                .trim_end_matches('.');
            (host.contains('.') && host.contains(|c: char| c.is_ascii_alphabetic())).then_some(host)
        })
    })
}

fn is_known(host: &str) -> bool {
    let known = |name: &str| host == name || host.ends_with(&format!(".{name}"));
    RESERVED.iter().chain(SOURCES).any(|name| known(name))
}

/// A word, and what to write in its place.
struct Word {
    text: &'static str,
    todo: &'static str,
}

/// Not read: this list itself, and texts that are not ours.
const UNCHECKED: &[&str] = &[
    "xtask/src/tidy/words.rs",
    "Cargo.lock",
    "fuzz/Cargo.lock",
    "benches/driver/Cargo.lock",
];

const WORDS: &[Word] = &[
    Word {
        text: "TODO",
        todo: "do it, or say what is not there in the documents",
    },
    Word {
        text: "FIXME",
        todo: "mend it, or say what is not there in the documents",
    },
    Word {
        text: "XXX",
        todo: "say what is meant",
    },
    Word {
        text: "failed to ",
        todo: "say what happened: `connection refused`",
    },
    Word {
        text: "/root/",
        todo: "a path of one machine has no place here",
    },
    Word {
        text: "whitelist",
        todo: "say `allow`",
    },
    Word {
        text: "blacklist",
        todo: "say `deny`",
    },
];

/// Names that nobody can register (RFC 2606, RFC 6761).
const RESERVED: &[&str] = &[
    "example.org",
    "example.com",
    "example.net",
    "example",
    "test",
    "invalid",
    "localhost",
];

/// Where our sources stand.
const SOURCES: &[&str] = &[
    "apache.org",
    "ietf.org",
    "rfc-editor.org",
    "ircdocs.horse",
    "ircv3.net",
    "sqlite.org",
    "keepachangelog.com",
    "semver.org",
    "rust-lang.org",
    "haproxy.org",
];

const UNKNOWN_HOST: &str =
    "cite a source by its name, or add the host to xtask/src/tidy/words.rs once it was opened";

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(path: &str, text: &str) -> Vec<usize> {
        let file = File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&Tree { files: vec![file] })
            .into_iter()
            .map(|complaint| complaint.line)
            .collect()
    }

    #[test]
    fn words_are_found_in_any_file() {
        assert_eq!(lines_of("docs/a.md", "fine\nTODO: later\n"), [2]);
        assert_eq!(lines_of("a.rs", "let p = \"/root/.cargo\";\n"), [1]);
        assert_eq!(lines_of("xtask/src/tidy/words.rs", "TODO\n"), []);
    }

    #[test]
    fn unknown_hosts_are_found_and_reserved_ones_are_not() {
        assert_eq!(lines_of("a.md", "see https://sockeye.dev/guide\n"), [1]);
        assert_eq!(
            lines_of(
                "a.md",
                "curl -x http://u:p@proxy.invalid:80 http://p2:3128 \n"
            ),
            []
        );
        assert_eq!(
            lines_of(
                "a.md",
                "http://127.0.0.1:7080/, https://www.apache.org/licenses/\n"
            ),
            []
        );
        assert_eq!(lines_of("a.md", "https://example.org.evil.io\n"), [1]);
    }
}
