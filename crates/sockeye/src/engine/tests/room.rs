//! What a session takes while it is at rest: there may be a hundred thousand of them.

use std::pin::pin;

use super::*;
use crate::io::{RelaySettings, join};
use crate::layer::Layers;
use crate::service::{Broadcast, Chargen, Discard, Hello};

#[tokio::test]
async fn session_with_its_relay_fits_into_1536_bytes() {
    let engine = engine();
    let echo = engine.listen(&loopback(), Arc::new(Echo)).await.unwrap();
    let to = Endpoint::from(echo.addresses()[0].clone());
    let forward = Forward::new(&engine, to.clone(), None).unwrap();
    let connect = || async { engine.connect(&to).await.unwrap() };

    let (a, session) = connect().await;
    let terms = Terms {
        layers: Arc::new(Layers::default()),
        rules: Arc::new(Rules::read(&to).unwrap()),
        service: Arc::new(Echo),
    };
    let task = engine.clone().session(a, terms, session);
    let (a, session) = connect().await;
    let serving = forward.serve(a, &session);
    let ((a, session), (b, _)) = (connect().await, connect().await);
    let facts = session.facts();
    let settings = RelaySettings::counting(&facts.bytes_in, &facts.bytes_out);
    let cut = pin!(session.cut());
    let relay = join(a, b, settings, cut);
    let parts = [
        size_of_val(&task),
        size_of_val(&*serving),
        size_of_val(&*relay),
        size_of::<session::Shared>(),
    ];
    assert!(parts.iter().sum::<usize>() <= 1536, "{parts:?}");
}

#[tokio::test]
async fn services_at_rest_fit_into_a_kilobyte() {
    let engine = engine();
    let echo = engine.listen(&loopback(), Arc::new(Echo)).await.unwrap();
    let to = Endpoint::from(echo.addresses()[0].clone());
    let services: [&dyn Service; 6] = [
        &Echo,
        &Upper,
        &Discard,
        &Chargen,
        &Hello,
        &Broadcast::default(),
    ];
    for service in services {
        let (conversation, session) = engine.connect(&to).await.unwrap();
        let serving = service.serve(conversation, &session);
        let bytes = size_of_val(&*serving);
        assert!(bytes <= 1024, "{}: {bytes} bytes", service.name());
    }
}
