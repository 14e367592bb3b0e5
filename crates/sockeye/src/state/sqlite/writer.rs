//! The writer thread: the only place that changes the database.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use sockeye_proto::irc::input::Batch;
use tokio::sync::{mpsc, oneshot};

use super::append::{self, Encoder, lock};
use super::{Shared, StoreOptions, connection, reader};
use crate::state::{LogError, end_process};

/// What the writer is asked to do; each job carries the way back for its answer.
pub(super) enum Job {
    Append(Batch, oneshot::Sender<Result<(), LogError>>),
    Work(Box<dyn FnOnce(&mut Writer) + Send>),
    Stop,
}

/// The writer's side of the store.
pub(super) struct Writer {
    path: PathBuf,
    options: StoreOptions,
    connection: Connection,
    encoder: Encoder,
    shared: Arc<Shared>,
    checkpoints: mpsc::Sender<reader::Job>,
    /// Pages in the write-ahead log after the last commit; its hook writes it.
    wal_pages: Arc<AtomicU32>,
    /// The reader was asked for a checkpoint and has not made it yet.
    checkpoint_asked: bool,
    /// At which size of the write-ahead log it is not waited for the reader any longer.
    wal_pages_max: u32,
}

impl Writer {
    pub(super) fn new(
        path: PathBuf,
        options: StoreOptions,
        connection: Connection,
        shared: Arc<Shared>,
        checkpoints: mpsc::Sender<reader::Job>,
    ) -> Result<Self, LogError> {
        let hub = append::hub_id(&connection)?;
        lock(&shared.stats).start(append::last(&connection)?);
        let mut writer = Self {
            path,
            options,
            connection,
            encoder: Encoder::new(hub),
            shared,
            checkpoints,
            wal_pages: Arc::default(),
            checkpoint_asked: false,
            wal_pages_max: WAL_PAGES_MAX,
        };
        writer.watch_wal()?;
        Ok(writer)
    }

    /// Works until the store is closed or dropped. A panic in here leaves an unknown state behind, so it
    /// ends the process; the next start rebuilds from what is on disk.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            while let Some(job) = jobs.blocking_recv() {
                match job {
                    Job::Append(batch, answer) => {
                        let _ = answer.send(self.append(&batch));
                    }
                    Job::Work(work) => work(&mut self),
                    Job::Stop => break,
                }
                self.checkpoint();
            }
        }));
        if outcome.is_err() {
            end_process("the store's writer panicked");
        }
        // SQLite has the last one to close do this; of two that close at once each may take the other
        // for the last.
        reader::checkpoint(&self.connection);
    }

    /// Does `work` in a transaction.
    pub(super) fn transact<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LogError> {
        let transaction = begin(&mut self.connection)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Does `work` in a transaction that goes to the disk with the next one: for what can be done
    /// again.
    pub(super) fn transact_lazily<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LogError> {
        self.connection
            .pragma_update(None, "synchronous", "NORMAL")?;
        let done = self.transact(work);
        let synchronous = connection::synchronous(&self.options);
        let restored = self
            .connection
            .pragma_update(None, "synchronous", synchronous);
        if let Err(e) = restored {
            end_process(&format!("commits would not be on disk any more: {e}"));
        }
        done
    }

    fn append(&mut self, batch: &Batch) -> Result<(), LogError> {
        let started = Instant::now();
        let result = self.append_once(batch);
        let mut stats = lock(&self.shared.stats);
        match &result {
            Ok(()) => stats.succeeded(batch, started.elapsed()),
            Err(e) => {
                tracing::error!("the store refused {} rows: {e}", batch.records.len());
                stats.failed(e);
            }
        }
        result
    }

    fn append_once(&mut self, batch: &Batch) -> Result<(), LogError> {
        let epoch = self.shared.epoch.load(Ordering::Acquire);
        let transaction = begin(&mut self.connection)?;
        self.encoder.insert(&transaction, batch, epoch)?;
        let Err(e) = transaction.commit() else {
            return Ok(());
        };
        self.make_absent(batch, &e);
        Err(e.into())
    }

    /// Makes sure that a batch whose commit failed is not in the log and cannot come back.
    ///
    /// Where a write failed, the frame that ends the transaction was not written. Where the sync
    /// after it failed, all frames are in the file, and recovery after a crash would take them for
    /// committed; so the next transaction is written over them. Where even that fails, nobody can
    /// know, and nobody has had an answer yet: the process ends before anyone gets one.
    fn make_absent(&mut self, batch: &Batch, failure: &rusqlite::Error) {
        if !append::may_have_reached_disk(failure) {
            return;
        }
        let erased = connection::open_writer(&self.path, &self.options).and_then(|fresh| {
            self.connection = fresh;
            self.watch_wal()?;
            self.transact(|transaction| append::erase(transaction, batch))
        });
        if let Err(e) = erased {
            end_process(&format!(
                "a commit failed and could not be undone: {failure}; {e}"
            ));
        }
    }

    fn watch_wal(&mut self) -> Result<(), LogError> {
        let pages = self.wal_pages.clone();
        self.connection.wal_hook(Some(move |_: &mut _, n: i32| {
            pages.store(n.unsigned_abs(), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(())
    }

    /// Keeps the write-ahead log short. The reader copies what is in it meanwhile; then the few
    /// pages that came since are copied here, so that nothing is left and the next commit starts
    /// the log over. Writing over old blocks also makes a commit's sync a third cheaper than
    /// growing the file.
    fn checkpoint(&mut self) {
        let pages = self.wal_pages.load(Ordering::Relaxed);
        let copied = self.shared.checkpointed.swap(false, Ordering::AcqRel);
        if copied || pages >= self.wal_pages_max {
            reader::checkpoint(&self.connection);
            self.checkpoint_asked = false;
            self.wal_pages_max = pages.saturating_add(WAL_PAGES_MAX);
        } else if pages < WAL_PAGES_ASK {
            self.wal_pages_max = WAL_PAGES_MAX;
        } else if !self.checkpoint_asked {
            // A full queue only puts it off: the next commit asks again.
            self.checkpoint_asked = self.checkpoints.try_send(reader::Job::Checkpoint).is_ok();
        }
    }
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, LogError> {
    Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

/// At how many pages of 4,096 bytes in the write-ahead log a checkpoint is due.
pub(super) const WAL_PAGES_ASK: u32 = 1_024;

/// After how many pages the writer does not wait for a busy reader: 64 MiB of disk.
pub(super) const WAL_PAGES_MAX: u32 = 16 * 1_024;
