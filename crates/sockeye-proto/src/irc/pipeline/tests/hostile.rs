//! Every command with too few, too many, empty, huge and hostile parameters.
//!
//! Whatever is sent, it is answered to its end once, in valid lines, and the others are not harmed.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, only, untagged};
use crate::irc::account::AnswerError;
use crate::irc::command;

/// What nobody sends who means well.
const HOSTILE: &[&str] = &[
    "",
    "x",
    "*",
    "?",
    "**********************************************a",
    "#",
    "#c",
    "#C,#c,#c,#c",
    "#d,ann,#none",
    ",",
    ",,,,,,",
    "@",
    "@#c",
    "~&@%+#c",
    "@%+",
    "$*",
    "!",
    "!@",
    "a!b@c!d@e",
    "0",
    "-1",
    "4294967296",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "+",
    "-",
    "+-+-+-",
    "+beI",
    "-beI",
    "+beIfklqaohvCMRUimnstu",
    "-beIfklqaohvCMRUimnstu",
    "+ooooooooooooooo",
    "+BRios",
    "m:",
    "a:",
    "m:a:",
    "m:m:a:b",
    "ann",
    "mal",
    "ANN,MAL,ann,mal",
    "\u{1}VERSION\u{1}",
    "\u{1}",
    "\u{1}ACTION\u{1}",
    "%cdfhilmnopqrsuatx,999",
    "%",
    ">0,<1",
    "LATEST",
    "BETWEEN",
    "timestamp=2026-01-01T00:00:00.000Z",
    "msgid=",
    "REQ",
    "LS",
    "\u{202e}rtl",
    "\u{200b}",
    "\u{feff}",
    "\u{10ffff}",
    "ẞİıſ",
    "🐟🐟🐟🐟🐟🐟🐟🐟",
    "\u{7f}\u{1b}[31m",
];

struct Scene {
    net: Net,
    ann: Who,
    mal: Who,
}

/// ann, operator in #c, and mal, who has all capabilities, as operator of #d.
fn scene() -> Scene {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    let caps = "message-tags server-time echo-message batch labeled-response draft/multiline draft/relaymsg";
    let mal = net.enter_with("mal", caps, Some("mal"));
    net.says(ann, "JOIN #c,#e");
    net.says(mal, "JOIN #c,#d");
    net.says(ann, "MODE #c +beI b e i");
    net.read(mal);
    Scene { net, ann, mal }
}

impl Scene {
    /// mal writes a line, if it is one; returns whether mal is still there.
    fn survives(&mut self, command: &str, params: &[String]) -> bool {
        let mut line = String::from(command);
        for (place, param) in params.iter().enumerate() {
            let is_last = place + 1 == params.len();
            let needs_colon = param.is_empty() || param.starts_with(':') || param.contains(' ');
            line.push_str(if is_last || needs_colon { " :" } else { " " });
            line.push_str(param);
        }
        if line.len() > 510 {
            let cut = (0..=510).rev().find(|&end| line.is_char_boundary(end));
            line.truncate(cut.unwrap());
        }
        let tagged = format!("@label=l;+x=1 {line}");
        self.net.done(self.mal);
        let mut said = self.net.says(self.mal, &tagged);
        if self.net.has_asked(self.mal) {
            said = self.net.answers(self.mal, Err(AnswerError::Denied));
        }
        for read in said.iter().chain(&self.net.read(self.ann)) {
            assert!(untagged(read).len() <= 510, "{line:?}: {read:?}");
            let has_break = read.contains(['\r', '\n', '\0']);
            assert!(!has_break && !read.is_empty(), "{line:?}: {read:?}");
            assert!(!read.contains("Internal error"), "{line:?}: {read:?}");
        }
        let answers = self.net.done(self.mal);
        if self.net.is_closed(self.mal) {
            assert!(command == "QUIT" && answers == 0, "{line:?}");
            return false;
        }
        // The rest of a batch that has been refused is dropped.
        if command == "BATCH" && answers == 0 {
            return true;
        }
        assert_eq!(answers, 1, "{line:?}");
        assert!(!said.is_empty(), "{line:?}: not even ACK");
        true
    }

    fn ends_well(mut self) {
        let names = only(&self.net.says(self.ann, "NAMES #e"), "353");
        assert_eq!(names.len(), 1, "the others are not harmed");
    }
}

/// Calls with all lists of parameters for each command, in a fresh scene for each.
fn each_command(lists: &[Vec<String>]) {
    for command in command::all() {
        let mut here = scene();
        for params in lists {
            if !here.survives(command, params) {
                here = scene();
            }
        }
        here.ends_well();
    }
}

#[test]
fn too_few_and_too_many() {
    let lists: Vec<Vec<String>> = (0..=15)
        .flat_map(|count| {
            ["", "x", "#c", "ann", "0", "#c,#d", "+o"]
                .map(|param| (0..count).map(|_| param.into()).collect())
        })
        .collect();
    each_command(&lists);
}

#[test]
fn each_hostile_text_in_each_place() {
    let mut lists = Vec::new();
    for text in HOSTILE {
        lists.push(Vec::from([String::from(*text)]));
        for other in ["#c", "#d", "ann", "mal", "x", "LATEST", "+b", ""] {
            lists.push(Vec::from([(*text).into(), other.into()]));
            lists.push(Vec::from([other.into(), (*text).into()]));
            lists.push(Vec::from([other.into(), (*text).into(), "x".into()]));
        }
        lists.push(Vec::from(["#d".into(), "+beIkfl".into(), (*text).into()]));
    }
    each_command(&lists);
}

#[test]
fn huge_ones() {
    let mut lists = Vec::new();
    for unit in [
        "x", "ä", "🐟", ",", "#c,", "ann,", "*", "+o", "@", "#", "a!b@c,",
    ] {
        let huge = unit.repeat(510 / unit.len());
        lists.push(Vec::from([huge.clone()]));
        for first in ["#c", "#d", "mal", "LATEST", "+b"] {
            lists.push(Vec::from([first.into(), huge.clone()]));
            lists.push(Vec::from([first.into(), "+b".into(), huge.clone()]));
        }
    }
    each_command(&lists);
}

/// Combinations that nobody thought of; a failure is repeated by its seed.
#[test]
fn any_mixture() {
    for seed in 0..400_u64 {
        let mut here = scene();
        let mut random = seed;
        let mut below = |limit: usize| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 33) as usize % limit
        };
        let commands: Vec<_> = command::all().collect();
        for _ in 0..40 {
            let command = commands[below(commands.len())];
            let params: Vec<String> = (0..below(6))
                .map(|_| HOSTILE[below(HOSTILE.len())].into())
                .collect();
            if !here.survives(command, &params) {
                break;
            }
        }
        here.ends_well();
    }
}
