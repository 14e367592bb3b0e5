//! The tables, their versions and how one version becomes the next.

use rusqlite::Connection;

use crate::state::LogError;

/// Brings a database to the newest schema, one transaction a step.
///
/// # Errors
/// [`LogError::Unreadable`] for a database of a newer version; what SQLite says otherwise.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), LogError> {
    let found: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > MIGRATIONS.len() {
        return Err(LogError::Unreadable(format!(
            "the store was written by a newer sockeye (schema {found}, this one knows up to {})",
            MIGRATIONS.len()
        )));
    }
    for (version, step) in MIGRATIONS.iter().enumerate().skip(found) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Step `n` makes schema `n + 1` of schema `n`. Append only: stores in the field hold the old ones.
///
/// `log.at_ms` never falls with `seq`, so one index by time also serves reads by number.
/// Account ids are never used twice: channels remember their founder by id, and `direct` whose
/// messages it lists, once for each side with an account. The kinds are those of `append::kind`.
const MIGRATIONS: &[&str] = &[
    LOG_AND_ACCOUNTS,
    DIRECT_AND_EVENTS,
    REDACTION,
    BANS,
    SEARCH,
    AUDIT,
    LATEST,
];

/// What is in `direct` already is listed later, in steps.
const LATEST: &str = "
    CREATE TABLE latest (
        owner INTEGER NOT NULL,
        peer  TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        seq   INTEGER NOT NULL,
        nick  TEXT NOT NULL,
        PRIMARY KEY (owner, peer)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO meta (key, value)
        SELECT 'latest_listed', NOT EXISTS (SELECT 1 FROM direct);
";

/// Acts that anybody can cause are marked, so that they do not push out the others.
const AUDIT: &str = "
    CREATE TABLE audit (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms     INTEGER NOT NULL,
        act       TEXT NOT NULL,
        strangers INTEGER NOT NULL,
        by_whom   TEXT NOT NULL,
        origin    TEXT NOT NULL,
        target    TEXT NOT NULL,
        account   TEXT,
        detail    TEXT NOT NULL,
        times     INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX audit_strangers ON audit (strangers, id);
";

/// What is in the log already is indexed later, in steps.
const SEARCH: &str = "
    CREATE VIRTUAL TABLE search USING fts5 (
        text, place, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
    );
    INSERT INTO meta (key, value) VALUES ('search_upto', 0), ('search_format', 1);
";

const BANS: &str = "
    CREATE TABLE ban (
        target     TEXT PRIMARY KEY,
        reason     TEXT NOT NULL,
        set_by     TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        expires_ms INTEGER
    ) STRICT, WITHOUT ROWID;
";

/// A redaction counts unless the row that made it is void.
const REDACTION: &str = "
    DROP INDEX log_event;
    CREATE INDEX log_event ON log (channel, at_ms) WHERE kind IN (2, 3, 18, 19, 20);

    CREATE TABLE redaction (
        seq    INTEGER NOT NULL,
        by_seq INTEGER NOT NULL,
        PRIMARY KEY (seq, by_seq)
    ) STRICT, WITHOUT ROWID;
";

const DIRECT_AND_EVENTS: &str = "
    DROP INDEX log_state;
    CREATE INDEX log_state ON log (seq) WHERE kind BETWEEN 1 AND 15;
    CREATE INDEX log_event ON log (channel, at_ms) WHERE kind IN (2, 3, 18, 19);

    CREATE TABLE direct (
        owner INTEGER NOT NULL,
        peer  TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        seq   INTEGER NOT NULL,
        kind  INTEGER NOT NULL,
        PRIMARY KEY (owner, peer, at_ms, seq)
    ) STRICT, WITHOUT ROWID;
";

const LOG_AND_ACCOUNTS: &str = "
    CREATE TABLE meta (
        key   TEXT PRIMARY KEY,
        value ANY NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE log (
        seq     INTEGER PRIMARY KEY,
        at_ms   INTEGER NOT NULL,
        kind    INTEGER NOT NULL,
        channel INTEGER NOT NULL,
        random  INTEGER NOT NULL,
        body    BLOB NOT NULL
    ) STRICT;
    CREATE INDEX log_message ON log (channel, at_ms) WHERE kind = 0;
    CREATE INDEX log_state ON log (seq) WHERE kind <> 0;

    CREATE TABLE void (
        seq INTEGER PRIMARY KEY
    ) STRICT;

    CREATE TABLE batch (
        id     INTEGER PRIMARY KEY,
        first  INTEGER NOT NULL,
        last   INTEGER NOT NULL,
        n      INTEGER NOT NULL,
        format INTEGER NOT NULL,
        hub    INTEGER NOT NULL,
        epoch  INTEGER NOT NULL,
        crc32c INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE snapshot (
        id     INTEGER PRIMARY KEY CHECK (id = 1),
        number INTEGER NOT NULL,
        crc32c INTEGER NOT NULL,
        state  BLOB NOT NULL
    ) STRICT;

    CREATE TABLE account (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        name        TEXT NOT NULL,
        folded      TEXT NOT NULL UNIQUE,
        created_ms  INTEGER NOT NULL,
        permissions INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE credential (
        id           INTEGER PRIMARY KEY,
        account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        kind         TEXT NOT NULL CHECK (kind IN ('password', 'ssh-key', 'certificate')),
        created_ms   INTEGER NOT NULL,
        argon2id     TEXT,
        scram_sha256 TEXT,
        public       BLOB,
        comment      TEXT,
        CHECK (CASE kind WHEN 'password'
            THEN argon2id IS NOT NULL AND scram_sha256 IS NOT NULL AND public IS NULL
            ELSE argon2id IS NULL AND scram_sha256 IS NULL AND public IS NOT NULL END)
    ) STRICT;
    CREATE UNIQUE INDEX credential_password ON credential (account) WHERE kind = 'password';
    CREATE UNIQUE INDEX credential_public ON credential (account, kind, public)
        WHERE public IS NOT NULL;
    CREATE INDEX credential_by_public ON credential (public) WHERE public IS NOT NULL;
";
