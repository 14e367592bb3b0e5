//! Values as they are read and written.

use super::*;

#[test]
fn times_need_their_unit() {
    let read = |text| Kind::Duration.read(text).ok();
    let ms = |ms| Some(Value::Duration(Duration::from_millis(ms)));
    assert_eq!(read("250ms"), ms(250));
    assert_eq!(read("5s"), ms(5_000));
    assert_eq!(read("2m"), ms(120_000));
    assert_eq!(read("1h"), ms(3_600_000));
    for wrong in [
        "5",
        "s",
        "",
        "-1s",
        "+1s",
        "1.5s",
        "5 s",
        "5S",
        "99999999999999999999s",
    ] {
        assert_eq!(read(wrong), None, "{wrong:?}");
    }
    assert_eq!(Kind::DurationOrOff.read("off"), Ok(Value::Off));
    assert_eq!(
        Kind::Duration.read("off"),
        Err(format!("takes {}", Kind::Duration))
    );
}

#[test]
fn bytes_take_powers_of_1024() {
    let read = |text| Kind::Bytes.read(text).ok();
    assert_eq!(read("512"), Some(Value::Bytes(512)));
    assert_eq!(read("64K"), Some(Value::Bytes(64 << 10)));
    assert_eq!(read("10M"), Some(Value::Bytes(10 << 20)));
    assert_eq!(read("1G"), Some(Value::Bytes(1 << 30)));
    for wrong in [
        "K",
        "1k",
        "1KB",
        "99999999999999999999",
        "18446744073709551615K",
    ] {
        assert_eq!(read(wrong), None, "{wrong:?}");
    }
}

#[test]
fn numbers_and_modes_keep_to_their_limits() {
    assert_eq!(Kind::Count(7).read("7"), Ok(Value::Count(7)));
    assert_eq!(
        Kind::Count(7).read("8"),
        Err("takes a number from 0 to 7".to_owned())
    );
    assert_eq!(Kind::Mode.read("0660"), Ok(Value::Mode(0o660)));
    assert!(Kind::Mode.read("880").is_err() && Kind::Mode.read("77777").is_err());
}

#[test]
fn values_are_written_in_the_largest_unit_that_is_exact() {
    let written = |kind: Kind, text| kind.read(text).unwrap().to_string();
    assert_eq!(written(Kind::Duration, "60000ms"), "1m");
    assert_eq!(written(Kind::Duration, "90s"), "90s");
    assert_eq!(written(Kind::Duration, "0s"), "0ms");
    assert_eq!(written(Kind::Bytes, "2048K"), "2M");
    assert_eq!(written(Kind::Bytes, "0K"), "0");
    assert_eq!(written(Kind::Mode, "0660"), "660");
}
