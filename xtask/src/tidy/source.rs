//! A file of Rust as a flat list of tokens, with the parts that are tests known.
//!
//! Tokens and not a syntax tree: what stands inside macros counts as well, and one small crate
//! does it.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One file, cut into tokens.
#[derive(Debug)]
pub(super) struct Source {
    /// From the root, with `/` between its parts.
    pub(super) path: String,
    /// Its lines; line 1 is at index 0.
    pub(super) lines: Vec<String>,
    /// Its tokens; a doc comment is the attribute that it stands for.
    pub(super) tokens: Vec<Token>,
    /// Which tokens belong to tests.
    tests: Vec<Range<usize>>,
}

/// One token.
#[derive(Debug)]
pub(super) struct Token {
    /// An identifier, a literal, one character of punctuation, or a bracket.
    pub(super) text: String,
    /// Where it starts, from 1.
    pub(super) line: usize,
    /// For an opening bracket: the index of the closing one.
    pub(super) close: Option<usize>,
}

/// A function, as far as the rules are concerned.
#[derive(Debug)]
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    /// The tokens from `fn` to the closing brace.
    pub(super) tokens: Range<usize>,
}

impl Source {
    /// Cuts a text into tokens.
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, String> {
        let stream: TokenStream = text
            .parse()
            .map_err(|why| format!("cannot be read: {why}"))?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        let lines = text.lines().map(str::to_owned).collect();
        let mut source = Self {
            path: path.to_owned(),
            lines,
            tokens,
            tests: Vec::new(),
        };
        source.tests = source.find_tests();
        Ok(source)
    }

    /// Tells whether the token at `index` belongs to a test.
    pub(super) fn is_test(&self, index: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&index))
    }

    /// Tells whether the whole file is tests.
    pub(super) fn is_test_file(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// Tells whether the tokens from `index` on read as `pattern`.
    pub(super) fn reads(&self, index: usize, pattern: &[&str]) -> bool {
        let here = self.tokens.get(index..index + pattern.len());
        here.is_some_and(|here| {
            here.iter()
                .zip(pattern)
                .all(|(token, text)| token.text == *text)
        })
    }

    /// Returns the text of the token at `index`, empty past the end.
    pub(super) fn text(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| &token.text)
    }

    /// Lists the functions that have a body, outer ones before those inside them.
    pub(super) fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        (0..self.tokens.len()).filter_map(|index| {
            let is_one = self.text(index) == "fn" && is_name(self.text(index + 1));
            let body = self.item_end(index)?;
            (is_one && self.text(body - 1) == "}").then(|| Function {
                name: self.text(index + 1),
                tokens: index..body,
            })
        })
    }

    /// Lists the attributes: the index of `#` and the tokens inside the brackets.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        (0..self.tokens.len()).filter_map(|index| {
            let open = match (self.text(index), self.text(index + 1), self.text(index + 2)) {
                ("#", "[", _) => index + 1,
                ("#", "!", "[") => index + 2,
                _ => return None,
            };
            Some((index, open + 1..self.tokens[open].close?))
        })
    }

    /// Returns the index after the item that starts at `index`, attributes and all: after its
    /// first brace at this depth, or its semicolon.
    pub(super) fn item_end(&self, index: usize) -> Option<usize> {
        let mut at = index;
        loop {
            let token = self.tokens.get(at)?;
            match (token.text.as_str(), token.close) {
                ("{", Some(close)) => return Some(close + 1),
                (";" | "}" | ")" | "]", _) => return Some(at + 1),
                (_, Some(close)) => at = close + 1,
                _ => at += 1,
            }
        }
    }

    /// Counts the lines from `first` to `last` that are neither blank, nor doc comment, nor test.
    pub(super) fn count(&self, first: usize, last: usize) -> usize {
        (first..=last).filter(|&line| self.counts(line)).count()
    }

    fn counts(&self, line: usize) -> bool {
        let text = self.lines.get(line - 1).map_or("", |text| text.trim());
        let said = !text.is_empty() && !text.starts_with("///") && !text.starts_with("//!");
        said && !self
            .tests
            .iter()
            .any(|range| self.line_range(range).contains(&line))
    }

    fn line_range(&self, tokens: &Range<usize>) -> Range<usize> {
        self.tokens[tokens.start].line..self.tokens[tokens.end - 1].line + 1
    }

    /// Finds what stands under `#[cfg(test)]` or `#[test]`, or the whole of a file of tests.
    fn find_tests(&self) -> Vec<Range<usize>> {
        if self.is_test_file() && !self.tokens.is_empty() {
            return Vec::from([Range {
                start: 0,
                end: self.tokens.len(),
            }]);
        }
        let marks = self.attributes().filter(|(_, inside)| {
            self.reads(inside.start, &["cfg", "(", "test", ")"])
                || (self.text(inside.end - 1) == "test" || self.text(inside.start) == "test")
                || self.reads(inside.start, &["tokio", ":", ":", "test"])
        });
        marks
            .filter_map(|(start, _)| Some(start..self.item_end(start)?))
            .collect()
    }
}

/// Tells whether a token is an identifier.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = brackets(group.delimiter());
                let start = tokens.len();
                tokens.push(Token {
                    text: open.to_owned(),
                    line,
                    close: None,
                });
                flatten(group.stream(), tokens);
                tokens[start].close = Some(tokens.len());
                let line = group.span_close().start().line;
                tokens.push(Token {
                    text: close.to_owned(),
                    line,
                    close: None,
                });
            }
            other => tokens.push(Token {
                text: other.to_string(),
                line,
                close: None,
            }),
        }
    }
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}
