//! Measures things against each other: in turn, round by round, so that whatever slows the machine down for a
//! while slows all of them.

use super::report::Measured;
use super::{BenchError, Progress};

/// One thing that is measured.
pub struct Subject<'a> {
    /// Its id, in words separated by `/`.
    pub id: String,
    /// Of what one sample is.
    pub unit: &'static str,
    /// The subject of the same group that it is compared with.
    pub baseline: Option<String>,
    /// Takes one sample.
    pub sample: Box<dyn FnMut() -> Result<f64, BenchError> + 'a>,
}

impl<'a> Subject<'a> {
    /// A subject measured in nanoseconds a call.
    pub fn ns(id: impl Into<String>, mut sample: impl FnMut() -> f64 + 'a) -> Subject<'a> {
        Subject::fallible(id, move || Ok(sample()))
    }

    /// As [`ns`](Self::ns), where a sample may come to nothing.
    pub fn fallible(
        id: impl Into<String>,
        sample: impl FnMut() -> Result<f64, BenchError> + 'a,
    ) -> Subject<'a> {
        Subject { id: id.into(), unit: "ns/call", baseline: None, sample: Box::new(sample) }
    }

    /// Compares it with another of its group.
    #[must_use]
    pub fn against(mut self, baseline: impl Into<String>) -> Subject<'a> {
        self.baseline = Some(baseline.into());
        self
    }
}

/// Takes a sample of each in each round, each round beginning with the next of them. The first round warms
/// up and does not count.
///
/// # Errors
/// The first that a sample ends in.
pub fn alternate(
    subjects: &mut [Subject<'_>],
    rounds: usize,
    progress: &mut Progress,
) -> Result<Vec<Measured>, BenchError> {
    let mut samples = vec![Vec::with_capacity(rounds); subjects.len()];
    for round in 0..=rounds {
        for turn in 0..subjects.len() {
            let index = (turn + round) % subjects.len();
            let sample = (subjects[index].sample)()?;
            if round > 0 {
                samples[index].push(sample);
            }
        }
        progress.round();
    }
    let measured = subjects.iter().enumerate().map(|(index, subject)| {
        let own = &samples[index];
        let base = subject.baseline.as_ref().and_then(|id| subjects.iter().position(|s| s.id == *id));
        let ratio = base.map(|base| median(own.iter().zip(&samples[base]).map(|(a, b)| a / b)));
        Measured {
            id: subject.id.clone(),
            value: median(own.iter().copied()),
            unit: subject.unit,
            baseline: subject.baseline.clone(),
            ratio,
            min: own.iter().copied().fold(f64::INFINITY, f64::min),
            max: own.iter().copied().fold(0.0, f64::max),
            rounds,
        }
    });
    Ok(measured.collect())
}

/// The value in the middle; the mean of the two there where their number is even, NaN where there is none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[odd / 2],
        even => f64::midpoint(values[even / 2 - 1], values[even / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }

    /// Both slow down sevenfold in every other round, which no comparison of their medians alone would stand.
    #[test]
    fn the_ratio_is_of_rounds_not_of_medians() {
        let mut progress = Progress::silent();
        let slow = |round: &mut usize| {
            *round += 1;
            [1.0, 7.0][*round % 2]
        };
        let (mut a, mut b) = (0, 0);
        let mut subjects = [
            Subject::ns("x/own", move || 2.0 * slow(&mut a)).against("x/base"),
            Subject::ns("x/base", move || slow(&mut b)),
        ];
        let measured = alternate(&mut subjects, 5, &mut progress).unwrap();
        assert_eq!((measured[0].ratio, measured[1].ratio), (Some(2.0), None));
        assert_eq!((measured[0].min, measured[0].max, measured[0].rounds), (2.0, 14.0, 5));
    }
}
