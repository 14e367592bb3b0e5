//! Checksums of frames.

/// A checksum behind the bytes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-32 as in Ethernet and zip (ISO-HDLC).
    Crc32,
    /// The sum of all bytes, modulo 256.
    Sum8,
    /// CRC-16 of Modbus (Modbus over Serial Line V1.02, section 6.2.2), sent low byte first.
    Crc16Modbus,
}

impl Checksum {
    /// Returns how many bytes it takes.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Crc32 => 4,
            Self::Sum8 => 1,
            Self::Crc16Modbus => 2,
        }
    }

    /// Returns the checksum of `message`.
    pub fn of(self, message: &[u8]) -> u32 {
        match self {
            Self::Crc32 => !reflected(message, CRC32, u32::MAX),
            Self::Sum8 => message
                .iter()
                .fold(0u8, |sum, byte| sum.wrapping_add(*byte))
                .into(),
            Self::Crc16Modbus => reflected(message, CRC16_MODBUS, 0xFFFF),
        }
    }
}

/// Divides by a polynomial whose bits are in reverse, lowest bit of each byte first.
fn reflected(message: &[u8], polynomial: u32, start: u32) -> u32 {
    message.iter().fold(start, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
            1 => (crc >> 1) ^ polynomial,
            _ => crc >> 1,
        })
    })
}

/// 0x04C11DB7 in reverse.
const CRC32: u32 = 0xEDB8_8320;
/// 0x8005 in reverse.
const CRC16_MODBUS: u32 = 0xA001;
