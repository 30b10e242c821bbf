-- The same promises for less work. SQLite builds a table in memory, every time, for each list of three or more values
-- that something is IN; and an index of names that most reservations do not have yet is written for nothing.

CREATE TABLE reservation_5 (
    number          INTEGER PRIMARY KEY,         -- order of arrival
    id              TEXT NOT NULL UNIQUE,
    citizen         TEXT NOT NULL,               -- who it is for: opaque, never an identity number
    acting          TEXT NOT NULL,               -- who asked: the citizen, or somebody on the citizen's behalf
    idempotency_key TEXT NOT NULL,
    book            TEXT NOT NULL,
    start           TEXT NOT NULL,
    sent_s          REAL NOT NULL,               -- seconds of Unix time, as every column that ends so
    state           TEXT NOT NULL DEFAULT 'SENT',
    visible_s       REAL,                        -- the answer shows in the inbox from then on
    appointment     TEXT,
    place           INTEGER CHECK (place > 0),
    replaces        TEXT REFERENCES reservation_5 (id),
    held_until_s    REAL,
    extensions      INTEGER NOT NULL DEFAULT 0,
    failures        INTEGER NOT NULL DEFAULT 0,  -- deliveries to the record system that failed
    due_s           REAL NOT NULL DEFAULT 0,     -- the next delivery
    waited          INTEGER REFERENCES waitlist (number),  -- the place in line that it was given for
    meeting         TEXT NOT NULL DEFAULT 'place'
        CHECK (meeting = 'place' OR meeting = 'telephone' OR meeting = 'video'),
    UNIQUE (acting, idempotency_key),
    CHECK (CASE state
        WHEN 'SENT'        THEN visible_s IS NULL AND appointment IS NULL AND place IS NULL
        WHEN 'HELD'        THEN visible_s IS NULL AND appointment IS NULL AND place IS NOT NULL
                                AND held_until_s IS NOT NULL
        WHEN 'CONFIRMED'   THEN visible_s IS NOT NULL AND appointment IS NOT NULL AND place IS NOT NULL
        WHEN 'REJECTED'    THEN visible_s IS NOT NULL AND appointment IS NULL AND place IS NULL
        WHEN 'CANCELLED'   THEN visible_s IS NOT NULL AND appointment IS NOT NULL AND place IS NOT NULL
        WHEN 'EXPIRED'     THEN visible_s IS NULL AND appointment IS NULL AND place IS NOT NULL
                                AND held_until_s IS NOT NULL
        WHEN 'DEAD_LETTER' THEN visible_s IS NOT NULL AND appointment IS NULL AND place IS NULL
        ELSE FALSE
    END),
    FOREIGN KEY (book, start) REFERENCES offered
) STRICT;

INSERT INTO reservation_5
    (number, id, citizen, acting, idempotency_key, book, start, sent_s, state, visible_s, appointment, place, replaces,
     held_until_s, extensions, failures, due_s, waited, meeting)
SELECT number, id, citizen, acting, idempotency_key, book, start, sent_s, state, visible_s, appointment, place, replaces,
       held_until_s, extensions, failures, due_s, waited, meeting
  FROM reservation ORDER BY number;

DROP TABLE reservation;
ALTER TABLE reservation_5 RENAME TO reservation;

CREATE UNIQUE INDEX one_name_each ON reservation (appointment) WHERE appointment IS NOT NULL;
-- One row for each place that is taken.
CREATE UNIQUE INDEX place_taken ON reservation (book, start, place) WHERE state IN ('HELD', 'CONFIRMED');
CREATE INDEX waiting ON reservation (number) WHERE state = 'SENT';
CREATE INDEX held ON reservation (held_until_s) WHERE state = 'HELD';
CREATE INDEX of_citizen ON reservation (citizen, book);
CREATE UNIQUE INDEX given_once ON reservation (waited) WHERE waited IS NOT NULL;

CREATE TRIGGER an_answer_stands BEFORE UPDATE ON reservation
  WHEN NOT CASE OLD.state
      WHEN 'SENT' THEN NEW.state = 'CONFIRMED' OR NEW.state = 'REJECTED' OR NEW.state = 'SENT'
                       OR NEW.state = 'DEAD_LETTER'
      WHEN 'HELD' THEN (NEW.state = 'HELD' OR NEW.state = 'CONFIRMED' OR NEW.state = 'EXPIRED')
                       AND NEW.place = OLD.place
      WHEN 'CONFIRMED' THEN NEW.state = 'CANCELLED' AND NEW.place = OLD.place
      ELSE FALSE
  END
BEGIN
    SELECT RAISE(ABORT, 'the reservation is decided');
END;

CREATE TRIGGER a_wish_stands
  BEFORE UPDATE OF id, citizen, acting, idempotency_key, book, start, waited, meeting ON reservation
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

CREATE TRIGGER only_who_waits_is_given BEFORE INSERT ON reservation WHEN NEW.waited IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'nobody waits there') WHERE NOT EXISTS (
        SELECT 1 FROM waitlist
         WHERE number = NEW.waited AND citizen = NEW.citizen AND book = NEW.book AND ended_s IS NULL);
END;

-- Whoever gets a place in the book, by whatever way, no longer waits there; a change is no new place.
CREATE TRIGGER a_wait_ends_when_given AFTER INSERT ON reservation
  WHEN NEW.state = 'CONFIRMED' AND NEW.replaces IS NULL
BEGIN
    UPDATE waitlist SET ended_s = NEW.visible_s WHERE citizen = NEW.citizen AND book = NEW.book AND ended_s IS NULL;
END;

CREATE TRIGGER a_wait_ends_when_confirmed AFTER UPDATE OF state ON reservation
  WHEN OLD.state <> 'CONFIRMED' AND NEW.state = 'CONFIRMED' AND NEW.replaces IS NULL
BEGIN
    UPDATE waitlist SET ended_s = NEW.visible_s WHERE citizen = NEW.citizen AND book = NEW.book AND ended_s IS NULL;
END;
