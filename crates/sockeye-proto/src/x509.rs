//! What a person asks of a certificate: for whom, signed by whom, until when, what for (X.509, RFC 5280).
//!
//! It reads and judges nothing: whether a certificate is to be trusted is decided elsewhere. The
//! encoding is DER (ITU-T X.690): a tag, a length, that many bytes.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What a certificate says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it names: `CN=ferry, O=Harbour`; may be empty, the names standing elsewhere in it.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The last moment at which it is valid: `2027-01-04T14:33:26Z`.
    pub not_after: String,
    /// What it is meant for, as object identifiers: `1.3.6.1.5.5.7.3.1`; empty where it does not say
    /// (RFC 5280 section 4.2.1.12).
    pub purposes: Vec<String>,
}

impl Certificate {
    /// Reads a certificate in DER; `None` where it is none (RFC 5280 section 4.1).
    pub fn read(der: &[u8]) -> Option<Self> {
        let mut outer = Items(der);
        let mut whole = Items(outer.of_tag(SEQUENCE)?);
        let mut fields = Items(whole.of_tag(SEQUENCE)?);
        let version_or_serial = fields.next()?;
        if version_or_serial.tag == VERSION {
            fields.of_tag(INTEGER)?;
        }
        let _signature_algorithm = fields.of_tag(SEQUENCE)?;
        let issuer = name(fields.of_tag(SEQUENCE)?)?;
        let mut validity = Items(fields.of_tag(SEQUENCE)?);
        let _not_before = validity.next()?;
        let not_after = time(&validity.next()?)?;
        let subject = name(fields.of_tag(SEQUENCE)?)?;
        Some(Self {
            subject,
            issuer,
            not_after,
            purposes: purposes(fields)?,
        })
    }
}

impl Certificate {
    /// Reads the certificates of a text in PEM (RFC 7468), without those that are none.
    pub fn read_pem(text: &str) -> Vec<Self> {
        let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
        let one = |block: &str| {
            let (body, _) = block.split_once("-----END CERTIFICATE-----")?;
            let digits: String = body.split_whitespace().collect();
            Self::read(&STANDARD.decode(digits).ok()?)
        };
        blocks.filter_map(one).collect()
    }
}

/// Finds the purposes among the extensions, the last of `fields` (RFC 5280 sections 4.1 and 4.2).
fn purposes(mut fields: Items<'_>) -> Option<Vec<String>> {
    let Some(extensions) = fields.find(|field| field.tag == EXTENSIONS) else {
        return Some(Vec::new());
    };
    let mut extensions = Items(Items(extensions.content).of_tag(SEQUENCE)?);
    while !extensions.0.is_empty() {
        let mut extension = Items(extensions.of_tag(SEQUENCE)?);
        if extension.of_tag(OBJECT_IDENTIFIER)? != EXTENDED_KEY_USAGE {
            continue;
        }
        // Whether it is critical may stand between.
        let value = extension.find(|item| item.tag == OCTET_STRING)?;
        let mut kinds = Items(Items(value.content).of_tag(SEQUENCE)?);
        let mut purposes = Vec::new();
        while !kinds.0.is_empty() {
            purposes.push(numbers(kinds.of_tag(OBJECT_IDENTIFIER)?)?);
        }
        return Some(purposes);
    }
    Some(Vec::new())
}

/// One element: what it is, and its content.
struct Item<'a> {
    tag: u8,
    content: &'a [u8],
}

/// Elements, one behind the other.
struct Items<'a>(&'a [u8]);

impl<'a> Items<'a> {
    /// Takes the next element if it is of this kind.
    fn of_tag(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next()
            .filter(|item| item.tag == tag)
            .map(|item| item.content)
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            // More than three bytes of length are more than any certificate has.
            0x81..=0x83 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = digits
                    .iter()
                    .fold(0, |length, digit| length << 8 | usize::from(*digit));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Item { tag: *tag, content })
    }
}

/// Writes a name in the order in which it stands there (RFC 5280 section 4.1.2.4).
fn name(parts: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut parts = Items(parts);
    while !parts.0.is_empty() {
        let mut together = Items(parts.of_tag(SET)?);
        while !together.0.is_empty() {
            let mut pair = Items(together.of_tag(SEQUENCE)?);
            let (kind, value) = (pair.of_tag(OBJECT_IDENTIFIER)?, pair.next()?);
            if !text.is_empty() {
                text.push_str(", ");
            }
            // Writing to a String cannot fail.
            let _ = write!(text, "{}={}", attribute(kind)?, string(&value)?);
        }
    }
    Some(match text.char_indices().nth(NAME_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end)?),
        None => text,
    })
}

/// Returns the short name of an attribute (RFC 4514 section 3), else its numbers.
fn attribute(kind: &[u8]) -> Option<String> {
    let known = ATTRIBUTES.iter().find(|(bytes, _)| *bytes == kind);
    known.map_or_else(|| numbers(kind), |(_, name)| Some((*name).to_string()))
}

/// Writes an object identifier (X.690 section 8.19).
fn numbers(kind: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut number: u64 = 0;
    for byte in kind {
        number = number.checked_mul(128)? | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        // The first two share a number.
        let _ = match text.is_empty() {
            true => {
                let first = (number / 40).min(2);
                write!(text, "{first}.{}", number - 40 * first)
            }
            false => write!(text, ".{number}"),
        };
        number = 0;
    }
    Some(text)
}

/// Reads a text of any of the kinds that names have; nothing of it can act on a terminal.
fn string(value: &Item<'_>) -> Option<String> {
    let text = match value.tag {
        UTF8_STRING | PRINTABLE_STRING | IA5_STRING | NUMERIC_STRING => {
            String::from_utf8_lossy(value.content).into_owned()
        }
        // In practice Latin-1.
        TELETEX_STRING => value.content.iter().map(|byte| char::from(*byte)).collect(),
        BMP_STRING => {
            let pairs = value.content.chunks_exact(2);
            let units = pairs.filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
            let letters = char::decode_utf16(units);
            letters
                .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        _ => return None,
    };
    let mut harmless = String::new();
    for letter in text.chars() {
        match letter.is_control() {
            true => harmless.extend(letter.escape_default()),
            false => harmless.push(letter),
        }
    }
    Some(harmless)
}

/// Writes a time of either kind (RFC 5280 section 4.1.2.5).
fn time(value: &Item<'_>) -> Option<String> {
    let digits = core::str::from_utf8(value.content)
        .ok()?
        .strip_suffix('Z')?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match (value.tag, digits.len()) {
        (UTC_TIME, 12) => {
            let (year, rest) = digits.split_at_checked(2)?;
            // Years from 50 on belong to the century before.
            let century = if year < "50" { "20" } else { "19" };
            (format!("{century}{year}"), rest)
        }
        (GENERALIZED_TIME, 14) => {
            let (year, rest) = digits.split_at_checked(4)?;
            (year.to_string(), rest)
        }
        _ => return None,
    };
    let part = |at: usize| rest.get(2 * at..2 * at + 2);
    let (month, day) = (part(0)?, part(1)?);
    let (hour, minute, second) = (part(2)?, part(3)?, part(4)?);
    Some(format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

// Tags (X.690 section 8.1.2, X.680 section 8.4).
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const BMP_STRING: u8 = 0x1e;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// The version of a certificate, which may be left out (RFC 5280 section 4.1).
const VERSION: u8 = 0xa0;
/// The extensions of a certificate (RFC 5280 section 4.1).
const EXTENSIONS: u8 = 0xa3;
/// `id-ce-extKeyUsage`, 2.5.29.37 (RFC 5280 section 4.2.1.12).
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];

/// Attributes that have a short name (RFC 4514 section 3, RFC 4519).
const ATTRIBUTES: &[(&[u8], &str)] = &[
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (
        &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25],
        "DC",
    ),
];

/// What is written of a name, characters.
const NAME_CHARS_MAX: usize = 200;

#[cfg(test)]
mod tests;
