//! Endpoints: what is written out and parsed again is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye::endpoint::Endpoint;

fuzz_target!(|text: &str| {
    match Endpoint::parse(text) {
        Ok(endpoint) => {
            let written = endpoint.to_text_with_secrets();
            let parsed = Endpoint::parse(&written);
            assert_eq!(parsed.as_ref(), Ok(&endpoint), "{text:?} as {written:?}");
            let _shown = endpoint.to_string();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
