//! The messages of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding. What is computed
//! with secrets is done where the accounts are.
//!
//! ```text
//!  client-first ─▶ Question::Challenge ─▶ server-first
//!  client-final ─▶ Question::Proof ─────▶ server-final ─▶ (empty) ─▶ logged in
//! ```

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An exchange after its first message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scram {
    /// The account's name as given.
    pub(super) name: String,
    /// The header that the last message repeats: `n,,`.
    header: String,
    /// The first message without it.
    first_bare: String,
    client_nonce: String,
}

/// An exchange after the server's first message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenged {
    scram: Scram,
    nonce: String,
    /// The server's message.
    pub(super) server_first: String,
}

/// What the client's last message says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) name: String,
    pub(super) message: String,
    pub(super) proof: Vec<u8>,
}

impl Scram {
    /// Reads `n,,n=user,r=nonce`; `None` for what is malformed, wants channel binding or an
    /// extension, or acts for somebody else.
    pub(super) fn first(message: &str) -> Option<Self> {
        let (binding, rest) = message.split_once(',')?;
        let (for_whom, bare) = rest.split_once(',')?;
        // `y`: the client could bind to the channel and has seen that the server cannot.
        if !matches!(binding, "n" | "y") {
            return None;
        }
        let mut attributes = bare.split(',');
        let name = sasl_name(attributes.next()?.strip_prefix("n=")?)?;
        let client_nonce = attributes.next()?.strip_prefix("r=")?;
        let acts_for_itself = match for_whom.strip_prefix("a=") {
            Some(for_whom) => sasl_name(for_whom)? == name,
            None => for_whom.is_empty(),
        };
        let printable = |byte: u8| byte.is_ascii_graphic();
        if name.is_empty() || client_nonce.is_empty() || !client_nonce.bytes().all(printable) {
            return None;
        }
        acts_for_itself.then(|| Self {
            name,
            header: format!("{binding},{for_whom},"),
            first_bare: bare.into(),
            client_nonce: client_nonce.into(),
        })
    }

    /// Adds what the account's verifier says.
    pub(super) fn challenged(self, nonce: &str, salt: &str, iterations: u32) -> Challenged {
        let nonce = format!("{}{nonce}", self.client_nonce);
        let server_first = format!("r={nonce},s={salt},i={iterations}");
        Challenged {
            scram: self,
            nonce,
            server_first,
        }
    }
}

impl Challenged {
    /// Reads `c=…,r=nonce,p=proof`; `None` for what does not belong to this exchange.
    pub(super) fn last(self, message: &str) -> Option<Proof> {
        let (without_proof, proof) = message.rsplit_once(",p=")?;
        let mut attributes = without_proof.split(',');
        let header = STANDARD
            .decode(attributes.next()?.strip_prefix("c=")?)
            .ok()?;
        let nonce = attributes.next()?.strip_prefix("r=")?;
        if header != self.scram.header.as_bytes() || nonce != self.nonce {
            return None;
        }
        Some(Proof {
            message: format!(
                "{},{},{without_proof}",
                self.scram.first_bare, self.server_first
            ),
            name: self.scram.name,
            proof: STANDARD.decode(proof).ok()?,
        })
    }
}

/// Writes the server's last message.
pub(super) fn server_final(signature: &[u8]) -> String {
    format!("v={}", STANDARD.encode(signature))
}

/// `=2C` is a comma and `=3D` an equals sign; no other may stand there (RFC 5802 section 5.1).
fn sasl_name(text: &str) -> Option<String> {
    let mut parts = text.split('=');
    let mut name = String::from(parts.next()?);
    for part in parts {
        let (decoded, rest) = match part.split_at_checked(2)? {
            ("2C", rest) => (',', rest),
            ("3D", rest) => ('=', rest),
            _ => return None,
        };
        name.push(decoded);
        name.push_str(rest);
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange of RFC 7677 section 3.
    #[test]
    fn the_exchange_of_the_specification() {
        let first = Scram::first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO").unwrap();
        assert_eq!(first.name, "user");
        let nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let challenged = first.challenged(nonce, "W22ZaJ0SNY7soEsUEjb6gQ==", 4096);
        assert_eq!(
            challenged.server_first,
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        );
        let last = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        let proof = challenged.last(last).unwrap();
        assert_eq!(proof.proof.len(), 32);
        assert_eq!(
            proof.message,
            "n=user,r=rOprNGfwEbeRWgbNEkqO,\
             r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
             c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        );
    }

    #[test]
    fn names_are_unescaped_and_other_peoples_are_refused() {
        assert_eq!(Scram::first("y,a=a=2Cb,n=a=2Cb,r=x").unwrap().name, "a,b");
        assert_eq!(Scram::first("n,,n==3D=2C,r=x,ext=1").unwrap().name, "=,");
        for wrong in [
            "",
            "n",
            "n,",
            "n,,",
            "n,,n=a",
            "n,,n=,r=x",
            "n,,n=a,r=",
            "n,,n=a=2c,r=x",
            "n,,n=a=,r=x",
            "n,,n=a=2,r=x",
            "n,,r=x,n=a",
            "n,a=b,n=a,r=x",
            "n,b,n=a,r=x",
            "p=tls-exporter,,n=a,r=x",
            "n,,m=ext,n=a,r=x",
            "n,,n=a,r=x y",
        ] {
            assert_eq!(Scram::first(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_last_message_belongs_to_the_exchange() {
        let challenged = || {
            Scram::first("n,,n=a,r=x")
                .unwrap()
                .challenged("y", "cw==", 4096)
        };
        assert!(challenged().last("c=biws,r=xy,p=cA==").is_some());
        for wrong in [
            "",
            "c=biws,r=xy",
            "c=biws,p=cA==",
            "c=biws,r=x,p=cA==",
            "c=eSws,r=xy,p=cA==",
            "c=biws,r=xy,p=!",
            "r=xy,c=biws,p=cA==",
        ] {
            assert_eq!(challenged().last(wrong), None, "{wrong}");
        }
    }
}
