//! How a proxy learns who somebody is: by what it is given for that.

use std::fmt;
use std::net::IpAddr;

use super::Denied;
use crate::service::BoxFuture;

/// Verifies names and passwords. It does the waiting after failures, and the remembering.
pub struct Login(Box<Verify>);

type Verify = dyn Fn(Credentials) -> BoxFuture<'static, Result<String, Denied>> + Send + Sync;

/// Who somebody says to be.
pub struct Credentials {
    /// The account's name.
    pub name: String,
    /// Its password.
    pub password: String,
    /// Where it comes from: an IPv4 address or an IPv6 /64.
    pub source: IpAddr,
}

impl Login {
    /// Verifies by `verify`, which returns the account's name or why there is none.
    pub fn by<F>(verify: impl Fn(Credentials) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<String, Denied>> + Send + 'static,
    {
        Self(Box::new(move |credentials| Box::pin(verify(credentials))))
    }

    pub(super) async fn verify(&self, credentials: Credentials) -> Result<String, Denied> {
        (self.0)(credentials).await
    }
}

impl Credentials {
    /// Takes them as they came. No account has names or passwords that are no text, nor an empty name: who
    /// sends those is verified as all others are, and wrong.
    pub(super) fn new(name: &[u8], password: &[u8], source: IpAddr) -> Self {
        let text = |bytes: &[u8]| str::from_utf8(bytes).map(str::to_owned).ok();
        let (name, password) = text(name).zip(text(password)).unwrap_or_default();
        Self {
            name,
            password,
            source,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, source, .. } = self;
        write!(f, "Credentials({name:?}, ***, {source})")
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login")
    }
}
