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
            Self::Crc32 => !divide(message, &CRC32, u32::MAX),
            Self::Sum8 => message
                .iter()
                .fold(0u8, |sum, byte| sum.wrapping_add(*byte))
                .into(),
            Self::Crc16Modbus => divide(message, &CRC16_MODBUS, 0xFFFF),
        }
    }
}

/// Divides by the polynomial of a table, lowest bit of each byte first.
fn divide(message: &[u8], table: &[u32; 256], start: u32) -> u32 {
    message.iter().fold(start, |crc, byte| {
        let at = usize::from(crc as u8 ^ byte);
        // The table has a row for each byte.
        crc >> 8 ^ table.get(at).unwrap_or(&0)
    })
}

/// Makes the remainders of all bytes by a polynomial whose bits are in reverse.
#[expect(clippy::indexing_slicing, reason = "it runs when this is compiled")]
const fn remainders(polynomial: u32) -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (polynomial * (crc & 1));
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

/// 0x04C11DB7 in reverse.
static CRC32: [u32; 256] = remainders(0xEDB8_8320);
/// 0x8005 in reverse.
static CRC16_MODBUS: [u32; 256] = remainders(0xA001);
