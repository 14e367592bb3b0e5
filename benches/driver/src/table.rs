//! Figures of several rounds, and how they are shown.

use std::fmt::Write;

/// One figure of one peer, a value a round.
#[derive(Debug)]
struct Row {
    measure: String,
    peer: String,
    values: Vec<f64>,
}

/// All figures of a run, in the order in which they first came.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    /// Adds this round's value.
    pub(crate) fn add(&mut self, measure: &str, peer: &str, value: f64) {
        let row = self
            .0
            .iter_mut()
            .find(|row| row.measure == measure && row.peer == peer);
        match row {
            Some(row) => row.values.push(value),
            None => self.0.push(Row {
                measure: measure.to_owned(),
                peer: peer.to_owned(),
                values: vec![value],
            }),
        }
    }

    /// Shows each measure with a line for each peer: median, least and most, and the same of its
    /// ratio to `base`, round by round.
    pub(crate) fn show(&self, base: &str) -> String {
        let mut text = String::new();
        let mut shown: Vec<&str> = Vec::new();
        for first in &self.0 {
            if shown.contains(&first.measure.as_str()) {
                continue;
            }
            shown.push(&first.measure);
            _ = writeln!(text, "{}", first.measure);
            let rows = || self.0.iter().filter(|row| row.measure == first.measure);
            let base_row = rows().find(|row| row.peer == base);
            for row in rows() {
                _ = write!(text, "  {:<18} {:<34}", row.peer, summary(&row.values));
                if let Some(base_row) = base_row.filter(|base_row| base_row.peer != row.peer) {
                    let pairs = row.values.iter().zip(&base_row.values);
                    let ratios: Vec<f64> = pairs.map(|(value, base)| value / base).collect();
                    _ = write!(text, " {} × {base}", summary(&ratios));
                }
                text.truncate(text.trim_end().len());
                text.push('\n');
            }
        }
        text
    }
}

/// Writes `median (least to most)`.
fn summary(values: &[f64]) -> String {
    let sorted = sorted(values);
    let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else {
        return "-".to_owned();
    };
    let median = percentile(&sorted, 50.0);
    format!(
        "{} ({} to {})",
        number(median),
        number(*least),
        number(*most)
    )
}

/// Sorts values for [`percentile`].
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Returns the value below which `percent` of the sorted values lie; between two, the mean.
pub(crate) fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let place = percent / 100.0 * sorted.len().saturating_sub(1) as f64;
    let at = |place: f64| sorted.get(place as usize).copied().unwrap_or(f64::NAN);
    (at(place.floor()) + at(place.ceil())) / 2.0
}

/// Writes three significant digits, and whole numbers from a thousand on.
fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        small if small >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_lies_among_the_values() {
        let values = sorted(&[4.0, 1.0, 3.0, 2.0]);
        assert_eq!(percentile(&values, 50.0), 2.5);
        assert_eq!(percentile(&values, 100.0), 4.0);
        assert_eq!(percentile(&[7.0], 99.0), 7.0);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let mut table = Table::default();
        for (ours, theirs) in [(2.0, 1.0), (4.0, 4.0), (3.0, 1.0)] {
            table.add("cpu s/GiB", "sockeye", ours);
            table.add("cpu s/GiB", "haproxy", theirs);
        }
        let text = table.show("haproxy");
        assert!(text.contains("2.00 (1.00 to 3.00) × haproxy"), "{text}");
    }
}
