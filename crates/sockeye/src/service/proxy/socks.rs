//! What a client asks for: straight code around the codecs.

use sockeye_proto::socks::{
    Choice, Command, Destination, Greeting, NO_LOGIN, Reply, Reply4, Reply4Code, ReplyCode,
    Request, Request4, SocksError,
};
use tokio::io::AsyncWriteExt;

use crate::error::words;
use crate::io::{HeadError, Stream, read_head};

/// A request to connect, in the client's version.
#[derive(Debug)]
pub(super) enum Asked {
    V4(Destination),
    V5(Destination),
}

impl Asked {
    pub(super) fn destination(&self) -> &Destination {
        let (Self::V4(destination) | Self::V5(destination)) = self;
        destination
    }
}

/// Why there is none, and what the client is told.
#[derive(Debug)]
pub(super) struct Unasked {
    pub(super) answer: Vec<u8>,
    pub(super) why: String,
}

impl Unasked {
    fn silent(why: String) -> Self {
        let answer = Vec::new();
        Self { answer, why }
    }
}

/// Reads what the client wants; what it has sent behind that is read again.
pub(super) async fn ask(stream: &mut Stream) -> Result<Asked, Unasked> {
    let version = |bytes: &[u8]| Ok::<_, SocksError>(bytes.first().map(|version| (*version, 0)));
    match read_head(stream, "greeting", version).await {
        Ok(4) => v4(stream).await,
        Ok(_) => v5(stream).await,
        Err(error) => Err(Unasked::silent(error.to_string())),
    }
}

async fn v4(stream: &mut Stream) -> Result<Asked, Unasked> {
    let rejected = |why: String| {
        let mut answer = Vec::new();
        let bound = std::net::SocketAddrV4::new(std::net::Ipv4Addr::UNSPECIFIED, 0);
        let code = Reply4Code::Rejected;
        Reply4 { code, bound }.encode(&mut answer);
        Unasked { answer, why }
    };
    match read_head(stream, "request", Request4::decode).await {
        Ok(request) if request.command == Command::Connect => Ok(Asked::V4(request.destination)),
        Ok(request) => Err(rejected(not_known(request.command))),
        Err(HeadError::Wrong(why)) => Err(rejected(why.to_string())),
        Err(HeadError::Cut(why)) => Err(Unasked::silent(why)),
    }
}

async fn v5(stream: &mut Stream) -> Result<Asked, Unasked> {
    let greeting = read_head(stream, "greeting", Greeting::decode).await;
    let greeting = greeting.map_err(|error| Unasked::silent(error.to_string()))?;
    let choice = match greeting.methods.contains(&NO_LOGIN) {
        true => Choice::Method(NO_LOGIN),
        false => Choice::None,
    };
    let mut answer = Vec::new();
    choice.encode(&mut answer);
    if choice == Choice::None {
        let why = "the client insists on a login, and there is none".to_owned();
        return Err(Unasked { answer, why });
    }
    let written = async {
        stream.write_all(&answer).await?;
        stream.flush().await
    };
    written
        .await
        .map_err(|error| Unasked::silent(words(&error)))?;
    match read_head(stream, "request", Request::decode).await {
        Ok(request) if request.command == Command::Connect => Ok(Asked::V5(request.destination)),
        Ok(request) => {
            let why = not_known(request.command);
            Err(refused(ReplyCode::CommandNotSupported, why))
        }
        Err(HeadError::Wrong(error)) => {
            let code = match error {
                SocksError::AddressType(_) => ReplyCode::AddressTypeNotSupported,
                SocksError::Name => ReplyCode::HostUnreachable,
                _ => ReplyCode::GeneralFailure,
            };
            Err(refused(code, error.to_string()))
        }
        Err(HeadError::Cut(why)) => Err(Unasked::silent(why)),
    }
}

fn refused(code: ReplyCode, why: String) -> Unasked {
    let mut answer = Vec::new();
    let bound = super::nowhere();
    Reply { code, bound }.encode(&mut answer);
    Unasked { answer, why }
}

fn not_known(command: Command) -> String {
    match command {
        Command::Connect => "it asks to connect".to_owned(),
        Command::Bind => "BIND is not in this version".to_owned(),
        Command::UdpAssociate => "UDP ASSOCIATE is not in this version".to_owned(),
        Command::Unknown(byte) => format!("the unknown command {byte}"),
    }
}
