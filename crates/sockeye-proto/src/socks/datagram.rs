//! What stands before each datagram that passes a proxy (RFC 1928 section 7).

use alloc::vec::Vec;

use super::{Decoded, Destination, Reader};

/// The header of a datagram: to whom it goes, or from whom it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatagramHeader {
    /// Which part of a datagram it is; 0 is a whole one. Parts are optional, and nobody sends them.
    pub fragment: u8,
    /// To whom, or from whom.
    pub destination: Destination,
}

impl DatagramHeader {
    /// Reads the header off the front of a datagram; what follows is the payload. `None` is a datagram
    /// that ends before its header does.
    ///
    /// # Errors
    /// [`super::SocksError::AddressType`] or [`super::SocksError::Name`].
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut reader = Reader::new(bytes);
        let (Some([_, _]), Some(fragment)) = (reader.array(), reader.byte()) else {
            return Ok(None);
        };
        let destination = Destination::decode(&mut reader)?;
        Ok(destination.map(|destination| {
            let header = Self {
                fragment,
                destination,
            };
            (header, reader.used())
        }))
    }

    /// Appends the header.
    pub fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&[0, 0, self.fragment]);
        self.destination.encode(into);
    }
}
