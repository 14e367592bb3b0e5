//! What a client at rest takes: there may be tens of thousands of them.

use super::*;
use crate::service::chat::outbox::Outbox;

#[tokio::test]
async fn the_task_of_a_client_fits_into_1408_bytes() {
    let hub = Hub::in_memory().await;
    let (conversation, session) = hub.engine.connect(&hub.door).await.unwrap();
    let serving = hub.chat.serve(conversation, &session);
    let parts = [size_of_val(&*serving), size_of::<Outbox>()];
    assert!(parts.iter().sum::<usize>() <= 1_408, "{parts:?}");
}
