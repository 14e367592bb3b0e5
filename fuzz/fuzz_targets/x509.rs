//! Certificates: any bytes are one or none, and what is written of them cannot act on a terminal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye_proto::x509::Certificate;

fuzz_target!(|der: &[u8]| {
    if let Some(Certificate {
        subject,
        issuer,
        not_after,
        purposes,
    }) = Certificate::read(der)
    {
        for text in [subject, issuer, not_after].iter().chain(&purposes) {
            assert!(!text.contains(char::is_control));
        }
    }
});
