-- A waiting list for each book: who waits for a place, in order of arrival, until they have one or leave.

CREATE TABLE waitlist (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- order of arrival
    citizen text NOT NULL,                       -- who waits: opaque, never an identity number
    acting  text NOT NULL,                       -- who asked: the citizen, or somebody on the citizen's behalf
    book    text COLLATE "C" NOT NULL,
    since_s double precision NOT NULL,           -- seconds of Unix time
    ended_s double precision                     -- when the wait was over: a place was got, or the list left
);

CREATE UNIQUE INDEX one_place_each ON waitlist (citizen, book) WHERE ended_s IS NULL;
CREATE INDEX in_line ON waitlist (book, number) WHERE ended_s IS NULL;

CREATE FUNCTION keep_in_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'a place in line stays on record';
    END IF;
    IF OLD.ended_s IS NOT NULL OR (NEW.number, NEW.citizen, NEW.acting, NEW.book, NEW.since_s)
       <> (OLD.number, OLD.citizen, OLD.acting, OLD.book, OLD.since_s) THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'a place in line is not rewritten';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_wait_stands BEFORE UPDATE OR DELETE ON waitlist FOR EACH ROW EXECUTE FUNCTION keep_in_line();

-- The place in line that a reservation was given for.
ALTER TABLE reservation ADD COLUMN waited bigint REFERENCES waitlist (number);
CREATE UNIQUE INDEX given_once ON reservation (waited) WHERE waited IS NOT NULL;

CREATE FUNCTION check_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'a wish is not rewritten';
    END IF;
    PERFORM FROM waitlist
      WHERE number = NEW.waited AND citizen = NEW.citizen AND book = NEW.book AND ended_s IS NULL;
    IF NOT FOUND THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'nobody waits there';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_who_waits_is_given BEFORE INSERT ON reservation
   FOR EACH ROW WHEN (NEW.waited IS NOT NULL) EXECUTE FUNCTION check_line();
CREATE TRIGGER what_was_given_stands BEFORE UPDATE ON reservation
   FOR EACH ROW WHEN (NEW.waited IS DISTINCT FROM OLD.waited) EXECUTE FUNCTION check_line();

-- Whoever gets a place in the book, by whatever way, no longer waits there; a change is no new place.
CREATE FUNCTION end_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE waitlist SET ended_s = NEW.visible_s
     WHERE citizen = NEW.citizen AND book = NEW.book AND ended_s IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER a_wait_ends_when_given AFTER INSERT ON reservation
   FOR EACH ROW WHEN (NEW.state = 'CONFIRMED' AND NEW.replaces IS NULL) EXECUTE FUNCTION end_wait();
CREATE TRIGGER a_wait_ends_when_confirmed AFTER UPDATE ON reservation
   FOR EACH ROW WHEN (OLD.state <> 'CONFIRMED' AND NEW.state = 'CONFIRMED' AND NEW.replaces IS NULL)
   EXECUTE FUNCTION end_wait();
