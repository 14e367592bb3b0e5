//! The store: one SQLite database in the data directory, with one writer and one reader thread.
//!
//! ```text
//!  append, write ──▶ bounded queue ──▶ writer thread: BEGIN, work, COMMIT at synchronous=FULL
//!                                          │ the WAL has grown
//!                                          ▼
//!  find, read ─────▶ bounded queue ──▶ reader thread: query_only, at most 1 s; PASSIVE checkpoints
//!  find (SEARCH) ──▶ bounded queue ──▶ search thread: query_only, at most 1 s
//! ```

mod append;
mod backup;
mod connection;
mod erase;
mod history;
mod latest;
mod lock;
mod options;
mod reader;
mod retain;
mod schema;
mod search;
#[cfg(test)]
mod tests;
mod writer;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, OptionalExtension, Transaction};
use sockeye_proto::irc::history::{Found, Query};
use sockeye_proto::irc::id::Number;
use sockeye_proto::irc::input::Batch;
use tokio::sync::{mpsc, oneshot};

pub use self::backup::back_up;
use self::lock::DataLock;
use self::options::ENV_NO_SYNC;
pub use self::options::StoreOptions;
pub use self::retain::{Forgotten, Pass, Retention};
use super::log::{Answer, Health, History, Log, LogError, Snapshot, Tail};
use crate::error::{self, Error, ErrorKind};

/// What is kept on disk: the log, the accounts, and what was fixed at the first start.
///
/// Clones share one store. The last one to go waits for the writer, then lets go of the lock.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    shared: Arc<Shared>,
    writes: Option<mpsc::Sender<writer::Job>>,
    reads: Option<mpsc::Sender<reader::Job>>,
    searches: Option<mpsc::Sender<reader::Job>>,
    /// The last number at the opening: what becomes of rows up to it is known.
    last_opened: Number,
    running: Mutex<Option<Running>>,
}

/// What an open store has, and a closed one not.
#[derive(Debug)]
struct Running {
    threads: Vec<JoinHandle<()>>,
    _lock: DataLock,
}

/// What the threads and the callers both see.
#[derive(Debug, Default)]
struct Shared {
    stats: Mutex<append::Stats>,
    epoch: AtomicU64,
    /// The reader has made the checkpoint that the writer asked for.
    checkpointed: AtomicBool,
}

impl Store {
    /// Opens the store of a data directory and holds the directory's lock; makes what is missing.
    ///
    /// # Errors
    /// A second store on the directory is a usage error that names the other process. A database
    /// of a newer version, a damaged or an unwritable one are refused in words.
    pub fn open(dir: &Path, options: &StoreOptions) -> Result<Self, Error> {
        std::fs::create_dir_all(dir).map_err(|e| {
            Error::new(
                ErrorKind::LocalWrite,
                "open",
                dir.display(),
                error::words(&e),
            )
        })?;
        let lock = DataLock::take(dir)?;
        let path = dir.join(DATABASE);
        let refused = |e: LogError| {
            let kind = match e {
                LogError::Unreadable(_) => ErrorKind::LocalRead,
                _ => ErrorKind::LocalWrite,
            };
            Error::new(kind, "open", path.display(), e)
        };
        if options.unsafe_no_sync {
            tracing::warn!("{ENV_NO_SYNC}: acknowledged does not mean on disk");
        }
        make_private(&path)?;
        let (writable, [readable, searchable], last_opened) =
            connection::open(&path, options).map_err(refused)?;
        let shared = Arc::new(Shared::default());
        let seen = [shared.clone(), shared.clone()];
        let [seen, seen_searching] = seen;
        let (reads, read_jobs) = mpsc::channel(READS_MAX);
        let (searches, search_jobs) = mpsc::channel(READS_MAX);
        let (writes, write_jobs) = mpsc::channel(WRITES_MAX);
        let writer = writer::Writer::new(
            path.clone(),
            options.clone(),
            writable,
            shared.clone(),
            reads.clone(),
        )
        .map_err(refused)?;
        let threads = vec![
            thread("store-reader", move || {
                reader::run(readable, &seen, read_jobs)
            })?,
            thread("store-search", move || {
                reader::run(searchable, &seen_searching, search_jobs)
            })?,
            thread("store-writer", move || writer.run(write_jobs))?,
        ];
        Ok(Self {
            inner: Arc::new(Inner {
                dir: dir.to_owned(),
                shared,
                writes: Some(writes),
                reads: Some(reads),
                searches: Some(searches),
                last_opened,
                running: Mutex::new(Some(Running {
                    threads,
                    _lock: lock,
                })),
            }),
        })
    }

    /// Ends what is under way, lets go of the lock and returns; whoever asks the store later is told
    /// that it has stopped.
    pub async fn close(&self) {
        let Inner {
            writes,
            reads,
            searches,
            ..
        } = &*self.inner;
        // The writer first: it asks the reader. A thread that is gone needs no word.
        if let Some(writes) = writes {
            let _ = writes.send(writer::Job::Stop).await;
        }
        for jobs in reads.iter().chain(searches) {
            let _ = jobs.send(reader::Job::Stop).await;
        }
        let running = self.inner.running().take();
        // A panic in there was one of the store's threads, and has ended the process.
        let _ = tokio::task::spawn_blocking(|| running.map(Running::end)).await;
    }

    /// Returns the data directory.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// Does `work` in a transaction of the writer thread; returns when it is on disk.
    ///
    /// # Errors
    /// What `work` or the commit ran into; nothing was changed then.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LogError> {
        let (answer, answered) = oneshot::channel();
        let job = writer::Job::Work(Box::new(move |writer| {
            let _ = answer.send(writer.transact(work));
        }));
        self.send_write(job, answered).await
    }

    /// Reads in the reader thread; at most one second.
    ///
    /// # Errors
    /// What `work` ran into; [`LogError::Unreadable`] when it took too long.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LogError> {
        read_by(self.inner.reads.as_ref(), work).await
    }

    /// Brings the index of words nearer to the end of the log; returns whether there is more to do.
    /// Whoever appends meanwhile waits for one step at most.
    ///
    /// # Errors
    /// When the store cannot be written or read; the step may be tried again.
    pub async fn index_step(&self) -> Result<bool, LogError> {
        self.write_lazily(search::index_some).await
    }

    /// Throws a part of the index of words away; returns whether there is more to do.
    ///
    /// # Errors
    /// When the store cannot be written or read; the step may be tried again.
    pub async fn unindex_step(&self) -> Result<bool, LogError> {
        self.write_lazily(search::unindex_some).await
    }

    /// Empties messages that were taken back before the store was opened and that a crash has kept
    /// from being emptied: the next ones after `after`. Returns the last of them; `None`: there
    /// are no more.
    ///
    /// # Errors
    /// When the store cannot be written or read; the step may be tried again.
    pub async fn erase_step(&self, after: Number) -> Result<Option<Number>, LogError> {
        let opened = self.inner.last_opened;
        let rows = self
            .read(move |connection| erase::taken_back(connection, after, opened))
            .await?;
        let last = rows.last().copied();
        if last.is_some() {
            self.write(move |transaction| erase::texts(transaction, &rows))
                .await?;
        }
        Ok(last)
    }

    /// Lists the latest direct messages of the next accounts and other sides after `after`, for a store
    /// from before these were listed. Returns the last of them; `None`: all are listed.
    ///
    /// # Errors
    /// When the store cannot be written or read; the step may be tried again.
    pub async fn list_step(
        &self,
        after: Option<(u64, String)>,
    ) -> Result<Option<(u64, String)>, LogError> {
        self.write_lazily(move |transaction| latest::list_some(transaction, after))
            .await
    }

    async fn search(&self, query: Query, upto: Number) -> Result<Found, LogError> {
        for _ in 0..CATCH_UP_STEPS_MAX {
            if !self.index_step().await? {
                break;
            }
        }
        read_by(self.inner.searches.as_ref(), move |connection| {
            history::find(connection, &query, upto)
        })
        .await
    }

    /// Does `work` in a transaction of the writer thread that goes to the disk with the next one.
    async fn write_lazily<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LogError> {
        let (answer, answered) = oneshot::channel();
        let job = writer::Job::Work(Box::new(move |writer| {
            let _ = answer.send(writer.transact_lazily(work));
        }));
        self.send_write(job, answered).await
    }

    /// Returns the value that was fixed for `key` at the first start: `wanted`, if this is it.
    ///
    /// # Errors
    /// When the store cannot be written or read.
    pub async fn fixed(&self, key: &'static str, wanted: &str) -> Result<String, LogError> {
        let wanted = wanted.to_owned();
        self.write(move |transaction| {
            transaction.execute(
                "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)",
                (key, &wanted),
            )?;
            let sql = "SELECT value FROM meta WHERE key = ?1";
            transaction.query_row(sql, [key], |row| row.get(0))
        })
        .await
    }

    /// Returns the secret key that was made for `purpose` when it was first asked for.
    ///
    /// # Errors
    /// When the store cannot be written or read, or the system has no randomness.
    pub async fn secret(&self, purpose: &'static str) -> Result<[u8; 32], LogError> {
        let mut fresh = [0; 32];
        getrandom::fill(&mut fresh).map_err(|e| LogError::Unwritable(e.to_string()))?;
        self.write(move |transaction| {
            let sql = "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)";
            transaction.execute(sql, (purpose, fresh))?;
            let sql = "SELECT value FROM meta WHERE key = ?1";
            transaction.query_row(sql, [purpose], |row| row.get(0))
        })
        .await
    }

    async fn send_write<T>(
        &self,
        job: writer::Job,
        answered: oneshot::Receiver<Result<T, LogError>>,
    ) -> Result<T, LogError> {
        let writes = self.inner.writes.as_ref().ok_or_else(stopped)?;
        writes.send(job).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

impl Log for Store {
    fn append(&self, batch: Batch) -> Answer<'_, Result<(), LogError>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            self.send_write(writer::Job::Append(batch, answer), answered)
                .await
        })
    }

    fn tail(&self, after: Number) -> Answer<'_, Result<Tail, LogError>> {
        Box::pin(self.read(move |connection| history::tail(connection, after)))
    }

    fn put_snapshot(&self, number: Number, state: Vec<u8>) -> Answer<'_, Result<(), LogError>> {
        Box::pin(self.write(move |transaction| {
            let sql = "REPLACE INTO snapshot (id, number, crc32c, state) VALUES (1, ?1, ?2, ?3)";
            transaction.execute(sql, (number, crc32c::crc32c(&state), state))?;
            Ok(())
        }))
    }

    fn snapshot(&self) -> Answer<'_, Result<Option<Snapshot>, LogError>> {
        Box::pin(async move {
            let sql = "SELECT number, crc32c, state FROM snapshot";
            let found = self
                .read(|connection| {
                    let columns = |row: &rusqlite::Row<'_>| {
                        Ok((
                            row.get(0)?,
                            row.get::<_, u32>(1)?,
                            row.get::<_, Vec<u8>>(2)?,
                        ))
                    };
                    connection.query_row(sql, [], columns).optional()
                })
                .await?;
            match found {
                Some((_, crc, state)) if crc != crc32c::crc32c(&state) => Err(
                    LogError::Unreadable("the snapshot is damaged (checksum)".into()),
                ),
                found => Ok(found.map(|(number, _, state)| (number, state))),
            }
        })
    }

    fn lease(&self) -> Answer<'_, Result<u64, LogError>> {
        Box::pin(async move {
            let epoch = self
                .write(|transaction| {
                    let sql = "INSERT INTO meta (key, value) VALUES ('epoch', 1)
                        ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value";
                    transaction.query_row(sql, [], |row| row.get(0))
                })
                .await?;
            self.inner.shared.epoch.store(epoch, Ordering::Release);
            Ok(epoch)
        })
    }

    fn health(&self) -> Health {
        append::lock(&self.inner.shared.stats).health()
    }
}

impl History for Store {
    fn find(&self, query: Query, upto: Number) -> Answer<'_, Found> {
        Box::pin(async move {
            let found = match query {
                Query::Search(_) => self.search(query, upto).await,
                query => {
                    self.read(move |connection| history::find(connection, &query, upto))
                        .await
                }
            };
            found.unwrap_or_else(|e| Found::Unavailable(e.to_string()))
        })
    }
}

impl Inner {
    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.writes = None;
        self.reads = None;
        self.searches = None;
        let running = self.running().take();
        running.into_iter().for_each(Running::end);
    }
}

impl Running {
    /// Waits for the threads, which were told to end, then lets go of the lock.
    fn end(self) {
        for thread in self.threads.into_iter().rev() {
            // Only this thread's own panic makes join fail, and that has ended the process.
            let _ = thread.join();
        }
    }
}

/// Reads in one of the threads for that.
async fn read_by<T: Send + 'static>(
    jobs: Option<&mpsc::Sender<reader::Job>>,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, LogError> {
    let (answer, answered) = oneshot::channel();
    let job = reader::Job::Work(Box::new(move |connection| {
        let _ = answer.send(work(connection).map_err(reader::refused));
    }));
    let jobs = jobs.ok_or_else(stopped)?;
    jobs.send(job).await.map_err(|_| stopped())?;
    answered.await.map_err(|_| stopped())?
}

/// Makes the database file if there is none, for its owner alone: it holds verifiers of passwords.
/// SQLite gives its other files the same mode.
fn make_private(path: &Path) -> Result<(), Error> {
    let made = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path);
    made.map(drop).map_err(|e| {
        Error::new(
            ErrorKind::LocalWrite,
            "open",
            path.display(),
            error::words(&e),
        )
    })
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .map_err(|e| Error::new(ErrorKind::LocalLimits, "start", name, e))
}

fn stopped() -> LogError {
    LogError::Unwritable("the store has stopped".into())
}

/// The database's file name in the data directory.
const DATABASE: &str = "sockeye.db";

/// Transactions that wait for the writer; more make their callers wait. The core has one append in
/// flight, so the rest are changes of accounts.
const WRITES_MAX: usize = 64;

/// Reads that wait for the reader; more make their callers wait.
const READS_MAX: usize = 256;

/// Steps by which a search brings the index up to date before it looks: some 4,000 rows.
const CATCH_UP_STEPS_MAX: usize = 16;
