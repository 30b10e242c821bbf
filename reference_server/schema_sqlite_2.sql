-- Reservations get a life after the answer: held, cancelled, changed, set aside; for oneself or on somebody's behalf.

CREATE TABLE reservation_2 (
    number          INTEGER PRIMARY KEY,         -- order of arrival
    id              TEXT NOT NULL UNIQUE,
    citizen         TEXT NOT NULL,               -- who it is for: opaque, never an identity number
    acting          TEXT NOT NULL,               -- who asked: the citizen, or somebody on the citizen's behalf
    idempotency_key TEXT NOT NULL,
    book            TEXT NOT NULL,
    start           TEXT NOT NULL,
    sent_s          REAL NOT NULL,               -- seconds of Unix time, as every column that ends so
    state           TEXT NOT NULL DEFAULT 'SENT' CHECK (
        state IN ('SENT', 'HELD', 'CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'DEAD_LETTER')),
    visible_s       REAL,                        -- the answer shows in the inbox from then on
    appointment     TEXT UNIQUE,
    place           INTEGER CHECK (place > 0),
    replaces        TEXT REFERENCES reservation_2 (id),
    held_until_s    REAL,
    extensions      INTEGER NOT NULL DEFAULT 0,
    failures        INTEGER NOT NULL DEFAULT 0,  -- deliveries to the record system that failed
    due_s           REAL NOT NULL DEFAULT 0,     -- the next delivery
    UNIQUE (acting, idempotency_key),
    CHECK ((visible_s IS NULL) = (state IN ('SENT', 'HELD', 'EXPIRED'))),
    CHECK ((appointment IS NOT NULL) = (state IN ('CONFIRMED', 'CANCELLED'))),
    CHECK ((place IS NOT NULL) = (state IN ('HELD', 'EXPIRED', 'CONFIRMED', 'CANCELLED'))),
    CHECK (held_until_s IS NOT NULL OR state NOT IN ('HELD', 'EXPIRED')),
    FOREIGN KEY (book, start) REFERENCES offered
) STRICT;

INSERT INTO reservation_2
    (number, id, citizen, acting, idempotency_key, book, start, sent_s, state, visible_s, appointment, place)
SELECT number, reservation.id, citizen, citizen, idempotency_key, reservation.book, reservation.start, sent_s, state,
       visible_s, appointment.id, place
  FROM reservation LEFT JOIN appointment ON appointment.reservation = reservation.id;

DROP TABLE appointment;
DROP TABLE reservation;
ALTER TABLE reservation_2 RENAME TO reservation;

-- One row for each place that is taken.
CREATE UNIQUE INDEX place_taken ON reservation (book, start, place) WHERE state IN ('HELD', 'CONFIRMED');
CREATE INDEX waiting ON reservation (number) WHERE state = 'SENT';
CREATE INDEX held ON reservation (held_until_s) WHERE state = 'HELD';
CREATE INDEX of_citizen ON reservation (citizen, book);

CREATE TRIGGER an_answer_stands BEFORE UPDATE ON reservation
  WHEN NOT CASE OLD.state
      WHEN 'SENT' THEN NEW.state IN ('SENT', 'CONFIRMED', 'REJECTED', 'DEAD_LETTER')
      WHEN 'HELD' THEN NEW.state IN ('HELD', 'CONFIRMED', 'EXPIRED') AND NEW.place = OLD.place
      WHEN 'CONFIRMED' THEN NEW.state = 'CANCELLED' AND NEW.place = OLD.place
      ELSE FALSE
  END
BEGIN
    SELECT RAISE(ABORT, 'the reservation is decided');
END;

CREATE TRIGGER a_wish_stands BEFORE UPDATE OF id, citizen, acting, idempotency_key, book, start ON reservation
BEGIN
    SELECT RAISE(ABORT, 'a wish is not rewritten');
END;

CREATE TRIGGER nothing_is_forgotten BEFORE DELETE ON reservation
BEGIN
    SELECT RAISE(ABORT, 'a reservation stays on record');
END;

CREATE TRIGGER a_place_is_given AFTER INSERT ON reservation WHEN NEW.state IN ('HELD', 'CONFIRMED')
BEGIN
    SELECT RAISE(ABORT, 'no such place') FROM offered
     WHERE book = NEW.book AND start = NEW.start AND NEW.place > places;
    UPDATE offered SET taken = taken + 1 WHERE book = NEW.book AND start = NEW.start;
END;

CREATE TRIGGER a_place_is_taken AFTER UPDATE OF state ON reservation
  WHEN OLD.state = 'SENT' AND NEW.state = 'CONFIRMED'
BEGIN
    SELECT RAISE(ABORT, 'no such place') FROM offered
     WHERE book = NEW.book AND start = NEW.start AND NEW.place > places;
    UPDATE offered SET taken = taken + 1 WHERE book = NEW.book AND start = NEW.start;
END;

CREATE TRIGGER a_place_is_freed AFTER UPDATE OF state ON reservation
  WHEN NEW.state IN ('CANCELLED', 'EXPIRED')
BEGIN
    UPDATE offered SET taken = taken - 1 WHERE book = NEW.book AND start = NEW.start;
END;

CREATE TABLE book_version (
    book    TEXT PRIMARY KEY,
    version INTEGER NOT NULL                     -- higher after every change to the book's free times
) STRICT, WITHOUT ROWID;

CREATE TRIGGER times_are_offered AFTER INSERT ON offered
BEGIN
    INSERT INTO book_version VALUES (NEW.book, 1) ON CONFLICT (book) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER times_have_changed AFTER UPDATE ON offered
BEGIN
    UPDATE book_version SET version = version + 1 WHERE book = NEW.book;
END;

CREATE TRIGGER times_are_withdrawn AFTER DELETE ON offered
BEGIN
    UPDATE book_version SET version = version + 1 WHERE book = OLD.book;
END;

INSERT INTO book_version SELECT DISTINCT book, 1 FROM offered;

INSERT INTO about VALUES ('ehr_asked_to_stop', '0'), ('ehr_stopped', '0');
