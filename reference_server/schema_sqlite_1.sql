-- The guards that make a double booking impossible whatever the program does.

CREATE TABLE about (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE offered (
    book   TEXT NOT NULL,
    start  TEXT NOT NULL,                        -- local, to the minute: 2021-05-10T08:30
    places INTEGER NOT NULL CHECK (places > 0),
    taken  INTEGER NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND places),
    PRIMARY KEY (book, start)
) STRICT, WITHOUT ROWID;

CREATE TABLE reservation (
    number          INTEGER PRIMARY KEY,         -- order of arrival
    id              TEXT NOT NULL UNIQUE,
    citizen         TEXT NOT NULL,               -- opaque, never an identity number
    idempotency_key TEXT NOT NULL,
    book            TEXT NOT NULL,
    start           TEXT NOT NULL,
    sent_s          REAL NOT NULL,               -- seconds of Unix time
    state           TEXT NOT NULL DEFAULT 'SENT' CHECK (state IN ('SENT', 'CONFIRMED', 'REJECTED')),
    visible_s       REAL,                        -- the answer shows in the inbox from then on
    UNIQUE (citizen, idempotency_key),
    CHECK ((state = 'SENT') = (visible_s IS NULL)),
    FOREIGN KEY (book, start) REFERENCES offered
) STRICT;

CREATE INDEX waiting ON reservation (number) WHERE state = 'SENT';

CREATE TRIGGER an_answer_stands BEFORE UPDATE ON reservation WHEN OLD.state <> 'SENT'
BEGIN
    SELECT RAISE(ABORT, 'the reservation is decided');
END;

CREATE TABLE appointment (
    id          TEXT PRIMARY KEY,
    reservation TEXT NOT NULL UNIQUE REFERENCES reservation (id),
    book        TEXT NOT NULL,
    start       TEXT NOT NULL,
    place       INTEGER NOT NULL CHECK (place > 0),
    UNIQUE (book, start, place),                 -- one row for each place that is taken
    FOREIGN KEY (book, start) REFERENCES offered
) STRICT, WITHOUT ROWID;

CREATE TRIGGER a_place_is_taken AFTER INSERT ON appointment
BEGIN
    SELECT RAISE(ABORT, 'no such place') FROM offered
     WHERE book = NEW.book AND start = NEW.start AND NEW.place > places;
    UPDATE offered SET taken = taken + 1 WHERE book = NEW.book AND start = NEW.start;
END;
