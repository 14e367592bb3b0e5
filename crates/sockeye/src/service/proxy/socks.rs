//! Who a client is, and what it asks for: straight code around the codecs (RFC 1928, RFC 1929).

use sockeye_proto::socks::{
    Choice, Command, Decoded, Destination, Greeting, Login, LoginStatus, NAME_AND_PASSWORD,
    NO_LOGIN, Reply, Reply4, Reply4Code, ReplyCode, Request, Request4, SocksError,
};
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use super::policy::{Caller, Denied, Policy};
use super::{told, too_slow};
use crate::error::{ErrorKind, words};
use crate::io::{ConnectionInfo, HeadError, Stream, read_head};

/// A request, in the client's version.
#[derive(Debug)]
pub(super) enum Asked {
    /// CONNECT or BIND.
    V4(Command, Destination),
    V5(Command, Destination),
}

impl Asked {
    pub(super) fn command(&self) -> Command {
        let (Self::V4(command, _) | Self::V5(command, _)) = self;
        *command
    }

    pub(super) fn destination(&self) -> &Destination {
        let (Self::V4(_, destination) | Self::V5(_, destination)) = self;
        destination
    }
}

/// Why there is none, and what the client is told.
#[derive(Debug)]
pub(super) struct Unasked {
    pub(super) answer: Vec<u8>,
    pub(super) kind: ErrorKind,
    pub(super) why: String,
}

impl Unasked {
    fn silent(why: String) -> Self {
        Self::told(Vec::new(), why)
    }

    fn told(answer: Vec<u8>, why: String) -> Self {
        Self {
            answer,
            kind: ErrorKind::PeerHandshake,
            why,
        }
    }

    fn denied(answer: Vec<u8>, Denied { why, .. }: Denied) -> Self {
        Self {
            answer,
            kind: ErrorKind::ProxyRefused,
            why,
        }
    }
}

/// Reads who the client is and what it wants; what it has sent behind that is read again.
pub(super) async fn ask(
    stream: &mut Stream,
    until: Instant,
    policy: &Policy,
    info: &ConnectionInfo,
) -> Result<(Caller, Asked), Unasked> {
    let version = |bytes: &[u8]| Ok::<_, SocksError>(bytes.first().map(|version| (*version, 0)));
    let mut asking = Asking { stream, until };
    let asked = match asking.read("greeting", version).await? {
        Ok(4) => asking.v4(policy, info).await,
        _ => asking.v5(policy, info).await,
    };
    if let Ok((_, asked)) = &asked {
        told::request(&info.peer_text, asked);
    }
    asked
}

/// A client that is asked.
struct Asking<'a> {
    stream: &'a mut Stream,
    /// When it is asked no longer.
    until: Instant,
}

impl Asking<'_> {
    /// Reads a piece of what the client says, or the error that it made.
    async fn read<T>(
        &mut self,
        what: &str,
        decode: impl Fn(&[u8]) -> Decoded<T>,
    ) -> Result<Result<T, SocksError>, Unasked> {
        let reading = read_head(self.stream, what, decode);
        match tokio::time::timeout_at(self.until, reading).await {
            Ok(Ok(read)) => Ok(Ok(read)),
            Ok(Err(HeadError::Wrong(error))) => Ok(Err(error)),
            Ok(Err(HeadError::Cut(why))) => Err(Unasked::silent(why)),
            Err(_) => {
                let kind = ErrorKind::PeerTimeout;
                Err(Unasked {
                    kind,
                    ..Unasked::silent(too_slow())
                })
            }
        }
    }

    async fn say(&mut self, answer: &[u8]) -> Result<(), Unasked> {
        let written = async {
            self.stream.write_all(answer).await?;
            self.stream.flush().await
        };
        written
            .await
            .map_err(|error| Unasked::silent(words(&error)))
    }

    /// SOCKS 4 has no passwords: its user's name proves nothing.
    async fn v4(
        mut self,
        policy: &Policy,
        info: &ConnectionInfo,
    ) -> Result<(Caller, Asked), Unasked> {
        let mut answer = Vec::new();
        let bound = std::net::SocketAddrV4::new(std::net::Ipv4Addr::UNSPECIFIED, 0);
        let code = Reply4Code::Rejected;
        Reply4 { code, bound }.encode(&mut answer);
        let request = match self.read("request", Request4::decode).await? {
            Ok(request) => request,
            Err(error) => return Err(Unasked::told(answer, error.to_string())),
        };
        let caller = match policy.come(info) {
            Ok(caller) => caller,
            Err(denied) => return Err(Unasked::denied(answer, denied)),
        };
        match request.command {
            command @ (Command::Connect | Command::Bind) => {
                Ok((caller, Asked::V4(command, request.destination)))
            }
            other => Err(Unasked::told(answer, not_known(other))),
        }
    }

    async fn v5(
        mut self,
        policy: &Policy,
        info: &ConnectionInfo,
    ) -> Result<(Caller, Asked), Unasked> {
        let greeting = self.read("greeting", Greeting::decode).await?;
        let greeting = greeting.map_err(|error| Unasked::silent(error.to_string()))?;
        let method = match policy.wants_login() {
            true => NAME_AND_PASSWORD,
            false => NO_LOGIN,
        };
        let choice = match greeting.methods.contains(&method) {
            true => Choice::Method(method),
            false => Choice::None,
        };
        told::greeting(&info.peer_text, &greeting.methods);
        told::choice(&info.peer_text, choice);
        let mut answer = Vec::new();
        choice.encode(&mut answer);
        if choice == Choice::None {
            return Err(match policy.come(info) {
                Ok(_) => {
                    let why = "the client insists on a login, and there is none".to_owned();
                    Unasked::told(answer, why)
                }
                Err(denied) => Unasked::denied(answer, denied),
            });
        }
        self.say(&answer).await?;
        let caller = match method {
            NAME_AND_PASSWORD => self.log_in(policy, info).await?,
            _ => policy
                .come(info)
                .map_err(|denied| Unasked::denied(Vec::new(), denied))?,
        };
        match self.read("request", Request::decode).await? {
            Ok(request) => match request.command {
                command @ (Command::Connect | Command::Bind | Command::UdpAssociate) => {
                    Ok((caller, Asked::V5(command, request.destination)))
                }
                other => Err(refused(ReplyCode::CommandNotSupported, not_known(other))),
            },
            Err(error) => {
                let code = match error {
                    SocksError::AddressType(_) => ReplyCode::AddressTypeNotSupported,
                    SocksError::Name => ReplyCode::HostUnreachable,
                    _ => ReplyCode::GeneralFailure,
                };
                Err(refused(code, error.to_string()))
            }
        }
    }

    /// Lets the client say who it is (RFC 1929).
    async fn log_in(&mut self, policy: &Policy, info: &ConnectionInfo) -> Result<Caller, Unasked> {
        let login = self.read("login", Login::decode).await?;
        let Login { name, password } = login.map_err(|error| Unasked::silent(error.to_string()))?;
        // What it waits for the proxy is none of its own time.
        let asked = Instant::now();
        let verified = policy.log_in(&name, &password, info).await;
        self.until += asked.elapsed();
        told::login(&info.peer_text, verified.as_ref().ok());
        let mut answer = Vec::new();
        match verified {
            Ok(caller) => {
                LoginStatus::Ok.encode(&mut answer);
                self.say(&answer).await.map(|()| caller)
            }
            Err(denied) => {
                LoginStatus::Denied.encode(&mut answer);
                Err(Unasked::denied(answer, denied))
            }
        }
    }
}

fn refused(code: ReplyCode, why: String) -> Unasked {
    let mut answer = Vec::new();
    let bound = super::nowhere();
    Reply { code, bound }.encode(&mut answer);
    Unasked::told(answer, why)
}

fn not_known(command: Command) -> String {
    match command {
        Command::Unknown(byte) => format!("the unknown command {byte}"),
        _ => "a command that SOCKS 4 does not have".to_owned(),
    }
}
