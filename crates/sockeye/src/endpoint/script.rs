//! The script of `mock:`: what a peer that is only played expects and sends, step by step.
//!
//! ```text
//! script  = step *((";" / newline) step)
//! step    = "expect" bytes / "expect end"      what has to come next
//!         / "send" bytes / "send end"          what goes out; end is a half-close
//!         / "pause" time
//!         / "close" / "reset"                  ends both ways at once; nothing follows
//! bytes   = 1*( '"' text with \n \r \t \0 \\ \" \xHH '"' / 0xHEX )
//! ```

use std::ops::Range;
use std::time::Duration;

use super::problem::nearest;
use super::value::{Kind, Value};

/// What a played peer does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Expect(Vec<u8>),
    ExpectEnd,
    Send(Vec<u8>),
    SendEnd,
    Pause(Duration),
    Close,
    Reset,
}

/// What is wrong with a script, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) at: Range<usize>,
    pub(crate) problem: String,
    pub(crate) hint: Option<String>,
}

/// Reads a script.
pub(crate) fn steps(text: &str) -> Result<Vec<Step>, Mistake> {
    let mut rest = Rest { text, at: 0 };
    let mut steps = Vec::new();
    loop {
        rest.skip(|c| c.is_whitespace() || c == ';');
        if rest.is_over() {
            return Ok(steps);
        }
        let start = rest.at;
        let step = rest.step()?;
        let at = start..rest.at;
        rest.skip(is_space);
        if !rest.is_over() && !rest.remaining().starts_with([';', '\n']) {
            let rest = rest.at..text.len();
            return Err(mistake(rest, "a ; or a new line ends a step"));
        }
        if let Some(problem) = contradiction(&steps, &step) {
            return Err(mistake(at, problem));
        }
        steps.push(step);
    }
}

/// Returns why a step cannot follow those before it.
fn contradiction(before: &[Step], step: &Step) -> Option<&'static str> {
    let sends = matches!(step, Step::Send(_) | Step::SendEnd);
    let expects = matches!(step, Step::Expect(_) | Step::ExpectEnd);
    match before {
        [.., Step::Close | Step::Reset] => Some("nothing follows close and reset"),
        before if sends && before.contains(&Step::SendEnd) => {
            Some("nothing is sent after send end")
        }
        before if expects && before.contains(&Step::ExpectEnd) => {
            Some("nothing can come after expect end")
        }
        _ => None,
    }
}

/// What of a script is not read yet.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn step(&mut self) -> Result<Step, Mistake> {
        let at = self.at;
        let verb = self.word();
        let whole = at..self.at;
        match verb {
            "expect" => Ok(match self.bytes("expect")? {
                Some(bytes) => Step::Expect(bytes),
                None => Step::ExpectEnd,
            }),
            "send" => Ok(match self.bytes("send")? {
                Some(bytes) => Step::Send(bytes),
                None => Step::SendEnd,
            }),
            "pause" => {
                self.skip(is_space);
                let start = self.at;
                let time = self.word();
                let read = Kind::Duration.read(time);
                match read {
                    Ok(Value::Duration(time)) => Ok(Step::Pause(time)),
                    _ => Err(mistake(start..self.at, "pause takes a time such as 250ms")),
                }
            }
            "close" => Ok(Step::Close),
            "reset" => Ok(Step::Reset),
            unknown => {
                let meant = nearest(unknown, VERBS.iter().copied());
                let hint = match meant {
                    Some(meant) => format!("did you mean {meant}?"),
                    None => format!("a step is {}", VERBS.join(", ")),
                };
                let problem = format!("a played peer cannot {unknown:?}");
                Err(Mistake {
                    hint: Some(hint),
                    ..mistake(whole, problem)
                })
            }
        }
    }

    /// Reads pieces of bytes, one after the other; `None` is the word `end`.
    fn bytes(&mut self, verb: &str) -> Result<Option<Vec<u8>>, Mistake> {
        let mut bytes = Vec::new();
        let mut pieces = 0;
        loop {
            self.skip(is_space);
            let rest = self.remaining();
            if rest.starts_with('"') {
                self.quoted(&mut bytes)?;
            } else if rest.is_empty() || rest.starts_with([';', '\n']) {
                break;
            } else {
                let start = self.at;
                match self.word() {
                    "end" if pieces == 0 => return Ok(None),
                    word => {
                        let more = word.strip_prefix("0x").and_then(unhex);
                        let problem = "bytes are \"text\", 0xHEX or end";
                        let wrong = || mistake(start..self.at, problem);
                        bytes.extend(more.ok_or_else(wrong)?);
                    }
                }
            }
            pieces += 1;
        }
        match bytes.is_empty() {
            true => {
                let problem = format!("{verb} takes bytes: \"text\" or 0xHEX, or end");
                Err(mistake(self.at..self.at, problem))
            }
            false => Ok(Some(bytes)),
        }
    }

    /// Reads what stands in quotes.
    fn quoted(&mut self, into: &mut Vec<u8>) -> Result<(), Mistake> {
        let start = self.at;
        let mut letters = self.remaining().char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at = start + at + 1;
                    return Ok(());
                }
                '\\' => {
                    let escape = letters.next().map(|(_, letter)| letter);
                    let byte = match escape {
                        Some('n') => Some(b'\n'),
                        Some('r') => Some(b'\r'),
                        Some('t') => Some(b'\t'),
                        Some('0') => Some(0),
                        Some('\\') => Some(b'\\'),
                        Some('"') => Some(b'"'),
                        Some('x') => {
                            let digits: String = letters.by_ref().take(2).map(|(_, c)| c).collect();
                            unhex(&digits).and_then(|byte| byte.first().copied())
                        }
                        _ => None,
                    };
                    let after = escape.map_or(1, |escape| 1 + escape.len_utf8());
                    let place = start + at..start + at + after;
                    let problem = "an escape is \\n \\r \\t \\0 \\\\ \\\" or \\xHH";
                    into.push(byte.ok_or_else(|| mistake(place, problem))?);
                }
                letter => into.extend(letter.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        Err(mistake(start..self.text.len(), "a quote is not closed"))
    }

    fn word(&mut self) -> &'a str {
        let rest = self.remaining();
        let ends = |c: char| c.is_whitespace() || c == ';' || c == '"';
        let word = rest.split(ends).next().unwrap_or_default();
        self.at += word.len();
        word
    }

    fn skip(&mut self, what: impl Fn(char) -> bool) {
        let rest = self.remaining();
        self.at += rest.len() - rest.trim_start_matches(what).len();
    }

    fn remaining(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn is_over(&self) -> bool {
        self.at >= self.text.len()
    }
}

fn is_space(letter: char) -> bool {
    letter.is_whitespace() && letter != '\n'
}

fn mistake(at: Range<usize>, problem: impl Into<String>) -> Mistake {
    Mistake {
        at,
        problem: problem.into(),
        hint: None,
    }
}

/// Reads pairs of hexadecimal digits.
fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = digits
        .chars()
        .map(|digit| digit.to_digit(16).map(|value| value as u8))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0 && !digits.is_empty())?;
    Some(
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

/// What a step begins with.
const VERBS: [&str; 5] = ["expect", "send", "pause", "close", "reset"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_its_steps() {
        let text = "expect \"HELO \\x41\\r\\n\" 0x00fF;send \"é\\\"\\\\\"; pause 50ms\n\
                    \n send end ; expect end; reset;";
        let expected = [
            Step::Expect(b"HELO A\r\n\0\xff".to_vec()),
            Step::Send("é\"\\".as_bytes().to_vec()),
            Step::Pause(Duration::from_millis(50)),
            Step::SendEnd,
            Step::ExpectEnd,
            Step::Reset,
        ];
        assert_eq!(steps(text).unwrap(), expected);
        assert_eq!(steps(" ; \n").unwrap(), []);
    }

    #[test]
    fn mistakes_are_pointed_at() {
        for (text, wrong, problem) in [
            ("expct \"a\"", "expct", "a played peer cannot \"expct\""),
            ("send \"a", "\"a", "a quote is not closed"),
            ("send \"a\\q\"", "\\q", "an escape is"),
            ("send \"\\xg0\"", "\\x", "an escape is"),
            ("send 0x123", "0x123", "bytes are"),
            ("send 0x", "0x", "bytes are"),
            ("send", "", "send takes bytes"),
            ("expect \"\"", "", "expect takes bytes"),
            ("pause long", "long", "pause takes a time"),
            ("close now", "now", "a ; or a new line ends a step"),
            ("close; send \"a\"", "send \"a\"", "nothing follows close"),
            (
                "send end; send \"a\"",
                "send \"a\"",
                "nothing is sent after",
            ),
            (
                "expect end; expect end",
                "expect end",
                "nothing can come after",
            ),
        ] {
            let mistake = steps(text).unwrap_err();
            assert_eq!(&text[mistake.at.clone()], wrong, "{text}");
            assert!(mistake.problem.starts_with(problem), "{mistake:?}");
        }
        let hint = steps("expct").unwrap_err().hint;
        assert_eq!(hint.as_deref(), Some("did you mean expect?"));
    }
}
