//! What a proxy is asked, in its own protocol: straight code around the codecs.

use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};

use sockeye_proto::connect::{self, ProxyResponse};
use sockeye_proto::socks::{
    Choice, Command, Destination, Greeting, Login, LoginStatus, NAME_AND_PASSWORD, NO_LOGIN, Reply,
    Reply4, Reply4Code, ReplyCode, Request, Request4,
};
use tokio::io::AsyncWriteExt;

use crate::endpoint::HopProtocol;
use crate::error::{ErrorKind, words};
use crate::io::{HeadError, Stream, read_head};

/// Why a proxy does not pass on.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) kind: ErrorKind,
    pub(super) why: String,
}

impl From<String> for Refused {
    /// What cannot be read, or was cut.
    fn from(why: String) -> Self {
        let kind = ErrorKind::ProxyRefused;
        Self { kind, why }
    }
}

impl<E: Display> From<HeadError<E>> for Refused {
    fn from(error: HeadError<E>) -> Self {
        error.to_string().into()
    }
}

/// Asks the proxy at the other end of `stream` to pass on to `destination`.
pub(super) async fn pass(
    stream: &mut Stream,
    protocol: HopProtocol,
    login: Option<&Login>,
    destination: &Destination,
) -> Result<(), Refused> {
    match protocol {
        HopProtocol::Socks4 | HopProtocol::Socks4a => socks4(stream, login, destination).await,
        HopProtocol::Socks5 | HopProtocol::Socks5h => {
            let asking = socks5(stream, login, Command::Connect, destination);
            let bound = asking.await?;
            tracing::info!(target: "step", "SOCKS 5: the proxy has connected, from {bound}");
            Ok(())
        }
        HopProtocol::Http => http(stream, login, destination).await,
    }
}

async fn socks4(
    stream: &mut Stream,
    login: Option<&Login>,
    destination: &Destination,
) -> Result<(), Refused> {
    let request = Request4 {
        command: Command::Connect,
        destination: destination.clone(),
        user: login.map(|login| login.name.clone()).unwrap_or_default(),
    };
    send(stream, |into| request.encode(into)).await?;
    tracing::info!(target: "step", "SOCKS 4: asked for {destination}");
    let reply = read_head(stream, "answer", Reply4::decode).await?;
    match reply.code {
        Reply4Code::Granted => Ok(()),
        code => Err(code.to_string().into()),
    }
}

/// Asks the SOCKS 5 proxy at the other end of `stream` to pass datagrams, and returns where it takes them.
pub(super) async fn associate(
    stream: &mut Stream,
    login: Option<&Login>,
) -> Result<Destination, Refused> {
    // From where they will come is not known on this side of an address translation.
    let anywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)).into();
    let at = socks5(stream, login, Command::UdpAssociate, &anywhere).await?;
    tracing::info!(target: "step", "SOCKS 5: the proxy takes datagrams at {at}");
    Ok(at)
}

/// Returns the proxy's end of what it has done.
async fn socks5(
    stream: &mut Stream,
    login: Option<&Login>,
    command: Command,
    destination: &Destination,
) -> Result<Destination, Refused> {
    let methods = match login {
        Some(_) => vec![NO_LOGIN, NAME_AND_PASSWORD],
        None => vec![NO_LOGIN],
    };
    send(stream, |into| Greeting { methods }.encode(into)).await?;
    tracing::info!(target: "step", "SOCKS 5: offered {}", match login {
        Some(_) => "to go without a login, and a name with a password",
        None => "to go without a login",
    });
    match (read_head(stream, "choice", Choice::decode).await?, login) {
        (Choice::Method(NO_LOGIN), _) => {
            tracing::info!(target: "step", "SOCKS 5: the proxy wants no login");
        }
        (Choice::Method(NAME_AND_PASSWORD), Some(login)) => {
            tracing::info!(target: "step", "SOCKS 5: the proxy wants a name and a password");
            log_in(stream, login).await?;
        }
        (Choice::None, None) => {
            return Err("it wants a login, and none is given".to_owned().into());
        }
        (Choice::None, Some(_)) => {
            let why = "it takes no name with a password, and nobody without one";
            return Err(why.to_owned().into());
        }
        (Choice::Method(method), _) => {
            return Err(format!("it has chosen method {method}, which was not offered").into());
        }
    }
    let request = Request {
        command,
        destination: destination.clone(),
    };
    send(stream, |into| request.encode(into)).await?;
    let wanted = match command {
        Command::UdpAssociate => "a way for datagrams".to_owned(),
        _ => destination.to_string(),
    };
    tracing::info!(target: "step", "SOCKS 5: asked for {wanted}");
    let reply = read_head(stream, "answer", Reply::decode).await?;
    let kind = match reply.code {
        ReplyCode::Succeeded => return Ok(reply.bound),
        ReplyCode::NetworkUnreachable
        | ReplyCode::HostUnreachable
        | ReplyCode::ConnectionRefused => ErrorKind::PeerUnreachable,
        ReplyCode::TimedOut => ErrorKind::PeerTimeout,
        _ => ErrorKind::ProxyRefused,
    };
    let why = format!("{wanted}: {}", reply.code);
    Err(Refused { kind, why })
}

/// Logs in by name and password (RFC 1929).
async fn log_in(stream: &mut Stream, login: &Login) -> Result<(), Refused> {
    let name = String::from_utf8_lossy(&login.name);
    send(stream, |into| login.encode(into)).await?;
    match read_head(stream, "answer to the login", LoginStatus::decode).await? {
        LoginStatus::Ok => {
            tracing::info!(target: "step", "SOCKS 5: logged in as {name}");
            Ok(())
        }
        LoginStatus::Denied => Err(format!("it does not let {name} in").into()),
    }
}

async fn http(
    stream: &mut Stream,
    login: Option<&Login>,
    destination: &Destination,
) -> Result<(), Refused> {
    send(stream, |into| {
        connect::encode_request(destination, login, into);
    })
    .await?;
    tracing::info!(target: "step", "HTTP: asked for {destination}");
    let response = read_head(stream, "answer", ProxyResponse::decode).await?;
    if response.stands() {
        tracing::info!(target: "step", "HTTP: the proxy has connected");
        return Ok(());
    }
    let ProxyResponse { status, reason } = response;
    let (kind, meaning) = match (status, login) {
        (407, None) => (
            ErrorKind::ProxyRefused,
            ": it wants a login, and none is given",
        ),
        (407, Some(_)) => (ErrorKind::ProxyRefused, ": it does not let this name in"),
        (502 | 503, _) => (ErrorKind::PeerUnreachable, ""),
        (504, _) => (ErrorKind::PeerTimeout, ""),
        _ => (ErrorKind::ProxyRefused, ""),
    };
    let why = format!("{destination}: {status} {reason}{meaning}");
    Err(Refused { kind, why })
}

async fn send(stream: &mut Stream, encode: impl FnOnce(&mut Vec<u8>)) -> Result<(), String> {
    let mut bytes = Vec::new();
    encode(&mut bytes);
    let written = async {
        stream.write_all(&bytes).await?;
        stream.flush().await
    };
    written.await.map_err(|error| words(&error))
}
