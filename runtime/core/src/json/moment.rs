//! Points in time, days and times of day as JSON texts, straight from their numbers.

/// `00` to `99`.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut v = 0;
    while v < 100 {
        pairs[v] = [b'0' + (v / 10) as u8, b'0' + (v % 10) as u8];
        v += 1;
    }
    pairs
};

/// Two digits into a text.
fn pair(text: &mut [u8], at: usize, v: u32) {
    if let (Some(slot), Some(digits)) = (text.get_mut(at..at + 2), PAIRS.get(v as usize)) {
        slot.copy_from_slice(digits);
    }
}

/// From 0000-03-01 to 1970-01-01: years that begin in March end with their leap day.
const SHIFT: i64 = 719_468;
/// The first day after 9999-12-31.
const END: i64 = 2_932_897;

/// Year, month and day of a number of days since 1970-01-01; `None` outside the years 0 to 9999.
fn civil(days: i64) -> Option<(u32, u32, u32)> {
    // One era of 400 years is added, and taken off the year below: January and February of the year 0 lie before March.
    let days = u32::try_from(days.checked_add(SHIFT + 146_097)?).ok().filter(|_| days < END)?;
    let (era, doe) = (days / 146_097, days % 146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = (yoe + era * 400 + u32::from(month <= 2)).checked_sub(400)?;
    Some((year, month, day))
}

fn put_date(text: &mut [u8], days: i64) -> Option<()> {
    let (year, month, day) = civil(days)?;
    for (at, v) in [(1, year / 100), (3, year % 100), (6, month), (9, day)] {
        pair(text, at, v);
    }
    Some(())
}

/// Hours, minutes, seconds and as many digits of fraction as are needed, 0, 3 or 6; the end of the text.
fn put_clock(text: &mut [u8], at: usize, seconds: u32, frac: u32) -> usize {
    for (n, v) in [
        (0, seconds / 3600),
        (3, seconds / 60 % 60),
        (6, seconds % 60),
        (9, frac / 10_000),
        (11, frac / 100 % 100),
        (13, frac % 100),
    ] {
        pair(text, at + n, v);
    }
    at + if frac == 0 {
        8
    } else if frac.is_multiple_of(1000) {
        12
    } else {
        15
    }
}

fn close(out: &mut Vec<u8>, text: &mut [u8], end: usize, tail: &[u8]) {
    out.extend_from_slice(text.get(..end).unwrap_or_default());
    out.extend_from_slice(tail);
}

/// RFC 3339 in UTC, in quotes, with 0, 3 or 6 digits of fraction; `None` outside the years 0 to 9999.
pub fn timestamp(out: &mut Vec<u8>, micros: i64) -> Option<()> {
    let (seconds, frac) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000) as u32);
    let mut text = *b"\"0000-00-00T00:00:00.000000";
    put_date(&mut text, seconds.div_euclid(86_400))?;
    let end = put_clock(&mut text, 12, seconds.rem_euclid(86_400) as u32, frac);
    close(out, &mut text, end, b"Z\"");
    Some(())
}

/// `"2026-11-20"`, in quotes; `None` outside the years 0 to 9999.
pub fn date(out: &mut Vec<u8>, days: i32) -> Option<()> {
    let mut text = *b"\"0000-00-00";
    put_date(&mut text, i64::from(days))?;
    close(out, &mut text, 11, b"\"");
    Some(())
}

/// `"12:00:00"`, in quotes, with 0, 3 or 6 digits of fraction; `None` when it is no time of day.
pub fn time(out: &mut Vec<u8>, micros: i64) -> Option<()> {
    let micros = u64::try_from(micros).ok().filter(|m| *m < 86_400_000_000)?;
    let mut text = *b"\"00:00:00.000000";
    let end = put_clock(&mut text, 1, (micros / 1_000_000) as u32, (micros % 1_000_000) as u32);
    close(out, &mut text, end, b"\"");
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Date, Time, Timestamp};

    fn text(write: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> String {
        let mut out = Vec::new();
        assert!(write(&mut out).is_some());
        String::from_utf8(out).unwrap_or_default()
    }

    #[test]
    fn they_are_written_as_their_types_write_them() {
        for micros in [
            0,
            1,
            1_000,
            999_999,
            -1,
            -62_135_596_800_000_000,
            253_402_300_799_999_999,
            951_782_400_000_000,
            1_763_640_000_250_000,
        ] {
            assert_eq!(
                text(|o| timestamp(o, micros)),
                format!("\"{}\"", Timestamp::from_micros(micros).map(|t| t.to_string()).unwrap_or_default())
            );
        }
        for days in (-719_162..2_932_896).step_by(997) {
            assert_eq!(
                text(|o| date(o, days)),
                format!("\"{}\"", Date::from_days(days).map(|t| t.to_string()).unwrap_or_default())
            );
        }
        for micros in [0, 1, 1_000, 43_200_000_000, 86_399_999_999] {
            assert_eq!(
                text(|o| time(o, micros)),
                format!("\"{}\"", Time::from_micros(micros).map(|t| t.to_string()).unwrap_or_default())
            );
        }
    }

    #[test]
    fn the_years_end_where_four_digits_do() {
        for (days, first) in [
            (-719_528, "0000-01-01"),
            (-719_469, "0000-02-29"),
            (-719_468, "0000-03-01"),
            (2_932_896, "9999-12-31"),
        ] {
            assert_eq!(text(|o| date(o, days)), format!("\"{first}\""));
        }
        let mut out = Vec::new();
        assert!(date(&mut out, -719_529).is_none() && date(&mut out, 2_932_897).is_none() && out.is_empty());
    }

    #[test]
    fn what_is_out_of_range_is_not_written() {
        let mut out = Vec::new();
        assert!(timestamp(&mut out, i64::MAX).is_none() && timestamp(&mut out, i64::MIN).is_none());
        assert!(
            date(&mut out, i32::MAX).is_none()
                && time(&mut out, -1).is_none()
                && time(&mut out, 86_400_000_000).is_none()
        );
        assert!(out.is_empty());
    }
}
