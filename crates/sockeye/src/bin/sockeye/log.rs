//! The library's log on standard error: warnings, or what `SOCKEYE_LOG` asks for.
//!
//! Events of the target `step` are what happens, step by step, and go to whoever explains it.

use std::fmt;
use std::io::{self, Write};

use serde_json::{Map, Value};
use sockeye::{Error, ErrorKind};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt as lines};

use crate::args::Shared;
use crate::output::Output;

/// Starts the log.
pub(crate) fn start(flags: &Shared, output: &Output) -> Result<(), Error> {
    let default = if flags.quiet { "error" } else { "warn" };
    let directives = std::env::var(VARIABLE).unwrap_or_else(|_| default.to_owned());
    let filter = EnvFilter::try_new(directives)
        .map_err(|error| Error::new(ErrorKind::ConfigUsage, "start", VARIABLE, error))?;
    let teller = output.clone();
    let lines = lines::layer().with_writer(move || Lines(teller.clone()));
    let lines = lines.without_time().with_target(false).with_filter(filter);
    let detail = match flags.verbose {
        true => Level::DEBUG,
        false => Level::INFO,
    };
    let steps = output.explains().then(|| {
        let is_step = filter_fn(move |told| told.target() == STEP && *told.level() <= detail);
        Steps(output.clone()).with_filter(is_step.with_max_level_hint(detail))
    });
    Registry::default().with(lines).with(steps).init();
    Ok(())
}

/// Takes the log's lines to where everything else is said, so that nobody waits for their reader.
struct Lines(Output);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.print(String::from_utf8_lossy(line).into_owned());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Tells the events that are steps.
struct Steps(Output);

impl<S: Subscriber> Layer<S> for Steps {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut step = Step::default();
        event.record(&mut step);
        self.0.step_with(&step.text, step.fields);
    }
}

/// An event's text, and what else it says for programs.
#[derive(Default)]
struct Step {
    text: String,
    fields: Map<String, Value>,
}

impl Step {
    fn take(&mut self, field: &Field, value: impl Into<Value>) {
        self.fields.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Step {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.text = format!("{value:?}"),
            _ => self.take(field, format!("{value:?}")),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.take(field, value);
    }
}

/// The target of events that are steps.
const STEP: &str = "step";

/// Holds directives such as `debug` or `sockeye::engine=trace`.
const VARIABLE: &str = "SOCKEYE_LOG";
