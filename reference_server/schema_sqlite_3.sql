-- A waiting list for each book: who waits for a place, in order of arrival, until they have one or leave.

CREATE TABLE waitlist (
    number  INTEGER PRIMARY KEY,                 -- order of arrival
    citizen TEXT NOT NULL,                       -- who waits: opaque, never an identity number
    acting  TEXT NOT NULL,                       -- who asked: the citizen, or somebody on the citizen's behalf
    book    TEXT NOT NULL,
    since_s REAL NOT NULL,                       -- seconds of Unix time
    ended_s REAL                                 -- when the wait was over: a place was got, or the list left
) STRICT;

CREATE UNIQUE INDEX one_place_each ON waitlist (citizen, book) WHERE ended_s IS NULL;
CREATE INDEX in_line ON waitlist (book, number) WHERE ended_s IS NULL;

CREATE TRIGGER a_wait_stands BEFORE UPDATE ON waitlist
  WHEN OLD.ended_s IS NOT NULL OR (NEW.number, NEW.citizen, NEW.acting, NEW.book, NEW.since_s)
       <> (OLD.number, OLD.citizen, OLD.acting, OLD.book, OLD.since_s)
BEGIN
    SELECT RAISE(ABORT, 'a place in line is not rewritten');
END;

CREATE TRIGGER no_wait_is_forgotten BEFORE DELETE ON waitlist
BEGIN
    SELECT RAISE(ABORT, 'a place in line stays on record');
END;

-- The place in line that a reservation was given for.
ALTER TABLE reservation ADD COLUMN waited INTEGER REFERENCES waitlist (number);
CREATE UNIQUE INDEX given_once ON reservation (waited) WHERE waited IS NOT NULL;

CREATE TRIGGER only_who_waits_is_given BEFORE INSERT ON reservation WHEN NEW.waited IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'nobody waits there') WHERE NOT EXISTS (
        SELECT 1 FROM waitlist
         WHERE number = NEW.waited AND citizen = NEW.citizen AND book = NEW.book AND ended_s IS NULL);
END;

CREATE TRIGGER what_was_given_stands BEFORE UPDATE OF waited ON reservation
BEGIN
    SELECT RAISE(ABORT, 'a wish is not rewritten');
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
