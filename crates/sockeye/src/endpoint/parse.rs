//! From words of text to endpoints.
//!
//! The one-string form and the command line differ only in how the text becomes words; from there
//! on, `+word` and the `key=value` words after it belong to the address before them.

use std::fmt;

use super::problem::{Fault, ParseError, nearest};
use super::split::{self, Token};
use super::value::{Kind, Value};
use super::words::{self, KeyRow, WordKind, WordRow};
use super::{Endpoint, Word, known_host, parse_address, secret};

impl Endpoint {
    /// Parses the one-string form: `tcp://h:443 +idle,30s`.
    ///
    /// # Errors
    /// [`ParseError`] with the place of the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let tokens = split::split(text).map_err(|unfinished| {
            let at = unfinished.at..unfinished.at + 1;
            Fault::new(at, unfinished).in_text(text)
        })?;
        one_endpoint(&tokens).map_err(|fault| fault.in_text(secret::hidden(text, &tokens)))
    }

    /// Parses what a listener hands its connections to: an endpoint, or a service's bare name.
    ///
    /// # Errors
    /// As [`Endpoint::parse`].
    pub fn parse_served(text: &str) -> Result<Self, ParseError> {
        match words::scheme(text.trim()) {
            Some(row) if row.is == words::SchemeKind::Service => {
                Self::parse(&format!("{}:", text.trim()))
            }
            _ => Self::parse(text),
        }
    }

    /// Parses the words of a command line into its endpoints.
    ///
    /// # Errors
    /// [`ParseError`] with the place of the first thing that is wrong, in the words joined by
    /// blanks.
    pub fn from_args<T: AsRef<str>>(args: &[T]) -> Result<Vec<Self>, ParseError> {
        let mut text = String::new();
        let mut tokens = Vec::new();
        for arg in args.iter().map(AsRef::as_ref) {
            if !tokens.is_empty() {
                text.push(' ');
            }
            tokens.push(Token::verbatim(arg, text.len()));
            text.push_str(arg);
        }
        endpoints(&tokens).map_err(|fault| fault.in_text(secret::hidden(&text, &tokens)))
    }
}

fn one_endpoint(tokens: &[Token]) -> Result<Endpoint, Fault> {
    let mut parsed = endpoints(tokens)?;
    match (parsed.pop(), parsed.is_empty()) {
        (Some(endpoint), true) => Ok(endpoint),
        (Some(_), false) => {
            let is_second = |token: &&Token| !token.text.starts_with('+');
            let second = tokens.iter().filter(is_second).nth(1).unwrap_or(&tokens[0]);
            Err(
                Fault::new(second.whole(), "a second address, where one is wanted")
                    .hint("a text with blanks stands in quotes: 'exec:cat -n'"),
            )
        }
        (None, _) => Err(Fault::new(0..0, "no address")),
    }
}

fn endpoints(tokens: &[Token]) -> Result<Vec<Endpoint>, Fault> {
    let mut parsed: Vec<Endpoint> = Vec::new();
    let mut open = OpenWords::default();
    for (i, token) in tokens.iter().enumerate() {
        if token.text.contains('\0') {
            return Err(Fault::new(
                token.whole(),
                "a NUL byte has no place in an endpoint",
            ));
        }
        let last_word = parsed
            .last_mut()
            .and_then(|endpoint| endpoint.words.get_mut(open.last?));
        match (parse_setting_name(&token.text), last_word) {
            (Some(name_bytes), Some(word)) => {
                let value = Some(name_bytes + 1..token.text.len());
                word.set(token, 0..name_bytes, value)?;
            }
            _ if token.text.starts_with('+') => {
                let endpoint = parsed.last_mut().ok_or_else(|| {
                    Fault::new(
                        token.whole(),
                        "a +word stands after the address it belongs to",
                    )
                })?;
                endpoint.push_word(token, &mut open)?;
            }
            _ => {
                let endpoint = parse_address::endpoint(token, tokens.get(i + 1))?;
                open = OpenWords::after(&endpoint);
                parsed.push(endpoint);
            }
        }
    }
    match parsed
        .iter()
        .flat_map(|endpoint| &endpoint.words)
        .find_map(Word::lacking)
    {
        None => Ok(parsed),
        Some((word, key)) => {
            let is_word = |token: &&Token| token.text == format!("+{word}");
            let at = tokens.iter().find(is_word).map_or(0..0, Token::whole);
            let problem = format!("+{word} needs a value: +{word},{}", key.to_uppercase());
            Err(Fault::new(at, problem))
        }
    }
}

/// Which of an endpoint's words may still be written to.
#[derive(Default)]
struct OpenWords {
    /// The one to which a `key=value` after it belongs.
    last: Option<usize>,
    /// Whether the scheme stands for layers.
    sugar: bool,
    /// Those that the scheme stands for and that nobody has written yet.
    implied: Vec<&'static WordRow>,
}

impl OpenWords {
    fn after(endpoint: &Endpoint) -> Self {
        Self {
            last: None,
            sugar: !endpoint.words.is_empty(),
            implied: endpoint.words.iter().map(|word| word.row).collect(),
        }
    }

    /// Takes the word out of the implied ones, if it is one of them.
    fn take_implied(&mut self, row: &WordRow) -> bool {
        let found = self.implied.iter().position(|implied| *implied == row);
        found.map(|index| self.implied.remove(index)).is_some()
    }
}

/// Returns the length of the name where a word of text is `key=value`.
fn parse_setting_name(text: &str) -> Option<usize> {
    let (name, _) = text.split_once('=')?;
    let is_key = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    is_key.then_some(name.len())
}

impl Endpoint {
    /// Returns where a word is added: at the end, but `+proxy` after a scheme that stands for layers
    /// directly on the address, unless a `+tls` is written before it.
    fn place_of(&self, row: &WordRow, open: &OpenWords) -> usize {
        if row.name != "proxy" || !open.sugar {
            return self.words.len();
        }
        let is_written_tls =
            |word: &Word| word.row.name == "tls" && !open.implied.contains(&word.row);
        let tls = self.words.iter().rposition(is_written_tls);
        tls.map_or(0, |index| index + 1)
    }

    /// Adds the `+word` that a token spells; one that the scheme stands for already is configured.
    fn push_word(&mut self, token: &Token, open: &mut OpenWords) -> Result<(), Fault> {
        let items = token.items();
        let (name, settings) = match items.split_first() {
            Some((name, settings)) if name.text.len() > 1 => (name, settings),
            _ => return Err(Fault::new(token.whole(), "a word is missing after the +")),
        };
        let row = find_word(name)?;
        let scheme = self.address.scheme();
        if !row.on.is_empty() && !row.on.contains(&scheme) {
            return Err(Fault::new(
                name.whole(),
                format!("+{} has no place on {scheme}", row.name),
            )
            .hint(format!("+{} belongs to {}", row.name, row.on.join(", "))));
        }
        let once = (row.is == WordKind::Option && row.name != "via") || row.name == "proxy";
        if once && self.words.iter().any(|word| word.row == row) {
            return Err(Fault::new(
                name.whole(),
                format!("+{} is written twice", row.name),
            ));
        }
        let implied = open.take_implied(row);
        let written = |word: &Word| implied && word.row == row;
        let index = match self.words.iter().rposition(written) {
            Some(index) => index,
            None => {
                let index = self.place_of(row, open);
                self.words.insert(index, Word::bare(row));
                index
            }
        };
        open.last = Some(index);
        for (i, item) in settings.iter().enumerate() {
            self.words[index].set_item(item, i == 0)?;
        }
        Ok(())
    }
}

fn find_word(token: &Token) -> Result<&'static WordRow, Fault> {
    let name = &token.text[1..];
    match words::word(name) {
        Some(row) if row.built => Ok(row),
        Some(_) => Err(Fault::new(
            token.whole(),
            format!("+{name} is not in this version"),
        )),
        None => {
            let all = || words::OPTIONS.iter().chain(words::LAYERS);
            let meant = nearest(name, all().map(|row| row.name)).map(|word| format!("+{word}"));
            let key_of = || all().find(|row| row.built && row.key(name).is_some());
            let meant = meant.or_else(|| key_of().map(|row| format!("+{},{name}", row.name)));
            Err(Fault::new(token.whole(), format!("unknown word +{name}")).did_you_mean(meant))
        }
    }
}

type Part = std::ops::Range<usize>;

impl Word {
    /// Returns the word's name and its main key where neither that nor another key was written.
    fn lacking(&self) -> Option<(&'static str, &'static str)> {
        self.row
            .bare
            .filter(|_| self.settings.is_empty())
            .map(|key| (self.row.name, key))
    }

    /// Takes one comma-separated item.
    fn set_item(&mut self, item: &Token, first: bool) -> Result<(), Fault> {
        if item.text.is_empty() {
            return Err(Fault::new(item.whole(), "nothing between the commas"));
        }
        let whole = 0..item.text.len();
        let equals = item.text.find('=');
        let (name, value) = match equals.filter(|_| !item.text.starts_with('@')) {
            Some(equals) => (0..equals, Some(equals + 1..item.text.len())),
            None => (whole.clone(), None),
        };
        // Commas part a name's addresses as they part keys.
        if let (Some((_, Value::KnownHost(known))), Ok(more)) =
            (self.settings.last_mut(), known_host::address(&item.text))
        {
            known.addresses.push(more);
            return Ok(());
        }
        let bare = self.row.bare.and_then(|key| self.row.key(key));
        // Networks go on after a comma; those of the main key after other keys as well.
        let list = self.settings.last().map(|(key, _)| *key);
        let bare = match list.filter(|key| !first && key.kind == Kind::Networks) {
            Some(list) => Some(list),
            None => bare,
        };
        let takes = |key: &&KeyRow| first || key.kind == Kind::Networks;
        match bare.filter(|key| takes(key) && self.row.key(&item.text[name.clone()]).is_none()) {
            Some(key) if !first && value.is_none() => self.extend(key, item),
            Some(key) if value.is_none() || matches!(key.kind, Kind::Text | Kind::Hop) => {
                self.put(key, item, whole.clone(), whole)
            }
            _ => self.set(item, name, value),
        }
    }

    /// Takes one more item of the list that the word's main key is.
    fn extend(&mut self, key: &'static KeyRow, item: &Token) -> Result<(), Fault> {
        let more = key.kind.read(&item.text);
        let more =
            more.map_err(|takes| Fault::new(item.whole(), format!("+{} {takes}", self.row.name)))?;
        let list = self.settings.iter_mut().find(|(known, _)| *known == key);
        match (list, more) {
            (Some((_, Value::Networks(list))), Value::Networks(more)) => list.extend(more),
            (_, more) => self.settings.push((key, more)),
        }
        Ok(())
    }

    /// Takes a key, with its value unless it is a bare flag.
    fn set(&mut self, token: &Token, name: Part, value: Option<Part>) -> Result<(), Fault> {
        let at = token.place(name.clone());
        let (word, written) = (self.row.name, &token.text[name.clone()]);
        let Some(key) = self.row.key(written) else {
            let meant = nearest(written, self.row.keys.iter().map(|key| key.name));
            return Err(Fault::new(at, format!("+{word} has no key {written}")).did_you_mean(meant));
        };
        match value {
            Some(value) => self.put(key, token, name, value),
            None if key.kind == Kind::Flag => {
                self.check(key, at)?;
                self.settings.push((key, Value::Flag(true)));
                Ok(())
            }
            None => {
                self.check(key, at.clone())?;
                let problem = format!("{written} takes {}: {written}=…", key.kind);
                Err(Fault::new(at, problem))
            }
        }
    }

    /// Takes the value of a key; without its name, `name` is the value too.
    fn put(
        &mut self,
        key: &'static KeyRow,
        token: &Token,
        name: Part,
        value: Part,
    ) -> Result<(), Fault> {
        self.check(key, token.place(name.clone()))?;
        let at = token.place(value.clone());
        let taker = match name == value {
            true => format!("+{}", self.row.name),
            false => key.name.to_owned(),
        };
        let written = &token.text[value];
        let wrong = |takes| {
            let fault = Fault::new(at, format!("{taker} {takes}"));
            fault.did_you_mean(key.kind.nearest(written))
        };
        let value = key.kind.read(written).map_err(wrong)?;
        self.settings.push((key, value));
        Ok(())
    }

    fn check(&self, key: &'static KeyRow, at: Part) -> Result<(), Fault> {
        let (word, name) = (self.row.name, key.name);
        if !key.built {
            return Err(Fault::new(
                at,
                format!("{name} of +{word} is not in this version"),
            ));
        }
        let written = self.settings.iter().any(|(written, _)| *written == key);
        match written && !key.kind.repeats() {
            true => Err(Fault::new(at, format!("{name} is written twice"))),
            false => Ok(()),
        }
    }
}

impl Token {
    /// Returns where the whole word stands in the source.
    pub(super) fn whole(&self) -> Part {
        self.place(0..self.text.len())
    }
}

impl fmt::Display for split::Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a quote or \\ without its other half")
    }
}
