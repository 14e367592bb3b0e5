//! Frames: length, message, checksum.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{Checksum, Decoded, FramingError};

/// How frames are written: `length message [checksum]`; the length counts the message alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Bytes of the length: 1, 2, 4 or 8.
    pub size_bytes: usize,
    /// Which byte of the length comes first.
    pub order: Order,
    /// The longest message, bytes.
    pub bytes_max: usize,
    /// What follows the message.
    pub checksum: Option<Checksum>,
}

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The highest, as in network protocols.
    Big,
    /// The lowest.
    Little,
}

impl Frame {
    /// Returns the longest message that the length can tell and the limit allows, bytes.
    pub fn bytes_max(&self) -> usize {
        let bits = self.size_bytes.saturating_mul(8);
        let told = u32::try_from(bits)
            .ok()
            .and_then(|bits| 1u64.checked_shl(bits));
        let told = told.map_or(u64::MAX, |end| end - 1);
        self.bytes_max
            .min(usize::try_from(told).unwrap_or(usize::MAX))
    }

    /// Takes the first frame off `bytes`: its message and the bytes that it took, once it is whole.
    ///
    /// # Errors
    /// [`FramingError::TooLong`] as soon as the length says so, [`FramingError::Checksum`].
    pub fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Option<Decoded<'a>>, FramingError> {
        let Some((length, rest)) = bytes.split_at_checked(self.size_bytes) else {
            return Ok(None);
        };
        let length = usize::try_from(self.order.read(length))
            .ok()
            .filter(|length| *length <= self.bytes_max())
            .ok_or(FramingError::TooLong(self.bytes_max()))?;
        let Some((message, rest)) = rest.split_at_checked(length) else {
            return Ok(None);
        };
        let sum_bytes = self.checksum.map_or(0, Checksum::bytes);
        let Some((sum, _)) = rest.split_at_checked(sum_bytes) else {
            return Ok(None);
        };
        if let Some(checksum) = self.checksum
            && self.sum_order(checksum).read(sum) != u64::from(checksum.of(message))
        {
            return Err(FramingError::Checksum);
        }
        Ok(Some((
            Cow::Borrowed(message),
            self.size_bytes + length + sum_bytes,
        )))
    }

    /// Tells what the end of the stream makes of the bytes that are left.
    ///
    /// # Errors
    /// [`FramingError::Cut`] when there are any.
    pub fn finish(&self, rest: &[u8]) -> Result<(), FramingError> {
        match rest.is_empty() {
            true => Ok(()),
            false => Err(FramingError::Cut),
        }
    }

    /// Appends the frame of a message.
    ///
    /// # Errors
    /// [`FramingError::TooLong`].
    pub fn encode(&self, message: &[u8], into: &mut Vec<u8>) -> Result<(), FramingError> {
        if message.len() > self.bytes_max() {
            return Err(FramingError::TooLong(self.bytes_max()));
        }
        self.order
            .write(message.len() as u64, self.size_bytes, into);
        into.extend_from_slice(message);
        if let Some(checksum) = self.checksum {
            let sum = checksum.of(message).into();
            self.sum_order(checksum).write(sum, checksum.bytes(), into);
        }
        Ok(())
    }

    fn sum_order(&self, checksum: Checksum) -> Order {
        match checksum {
            Checksum::Crc16Modbus => Order::Little,
            Checksum::Crc32 | Checksum::Sum8 => self.order,
        }
    }
}

impl Order {
    fn read(self, bytes: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self {
            Self::Big => bytes.iter().fold(0, add),
            Self::Little => bytes.iter().rev().fold(0, add),
        }
    }

    fn write(self, number: u64, bytes: usize, into: &mut Vec<u8>) {
        let little = number.to_le_bytes();
        let little = little.iter().take(bytes);
        match self {
            Self::Big => into.extend(little.rev()),
            Self::Little => into.extend(little),
        }
    }
}
