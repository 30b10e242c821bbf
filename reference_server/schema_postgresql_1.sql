-- The guards that make a double booking impossible whatever the program does.

CREATE TABLE about (
    name  text PRIMARY KEY,
    value text NOT NULL
);

INSERT INTO about VALUES ('ehr_asked_to_stop', '0'), ('ehr_stopped', '0');

CREATE TABLE offered (
    book    text COLLATE "C" NOT NULL,
    start   text COLLATE "C" NOT NULL,           -- local, to the minute: 2021-05-10T08:30
    places  integer NOT NULL CHECK (places > 0),
    free    integer[] NOT NULL,                  -- the places nobody has, ascending
    given   integer,                             -- the place that was claimed last
    taken   integer NOT NULL GENERATED ALWAYS AS (places - cardinality(free)) STORED CHECK (taken BETWEEN 0 AND places),
    version bigint NOT NULL DEFAULT 1,           -- higher after every change
    PRIMARY KEY (book, start)
) WITH (fillfactor = 50);                        -- room to update a row in its page

-- Of all rows together, so that those who write at different times of a book do not wait for each other.
CREATE VIEW book_version AS SELECT book, sum(version) AS version FROM offered GROUP BY book;

CREATE FUNCTION offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.free := ARRAY(SELECT generate_series(1, NEW.places));
    RETURN NEW;
END $$;
CREATE TRIGGER times_are_offered BEFORE INSERT ON offered FOR EACH ROW EXECUTE FUNCTION offer();

CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER times_have_changed BEFORE UPDATE ON offered FOR EACH ROW EXECUTE FUNCTION count_change();

CREATE TABLE reservation (
    number          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- order of arrival
    id              text NOT NULL UNIQUE,
    citizen         text NOT NULL,               -- who it is for: opaque, never an identity number
    acting          text NOT NULL,               -- who asked: the citizen, or somebody on the citizen's behalf
    idempotency_key text NOT NULL,
    book            text COLLATE "C" NOT NULL,
    start           text COLLATE "C" NOT NULL,
    sent_s          double precision NOT NULL,   -- seconds of Unix time, as every column that ends so
    state           text NOT NULL DEFAULT 'SENT' CHECK (
        state IN ('SENT', 'HELD', 'CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'DEAD_LETTER')),
    visible_s       double precision,            -- the answer shows in the inbox from then on
    appointment     text UNIQUE,
    place           integer CHECK (place > 0),
    replaces        text REFERENCES reservation (id),
    held_until_s    double precision,
    extensions      integer NOT NULL DEFAULT 0,
    failures        integer NOT NULL DEFAULT 0,  -- deliveries to the record system that failed
    due_s           double precision NOT NULL DEFAULT 0,  -- the next delivery
    UNIQUE (acting, idempotency_key),
    CHECK ((visible_s IS NULL) = (state IN ('SENT', 'HELD', 'EXPIRED'))),
    CHECK ((appointment IS NOT NULL) = (state IN ('CONFIRMED', 'CANCELLED'))),
    CHECK ((place IS NOT NULL) = (state IN ('HELD', 'EXPIRED', 'CONFIRMED', 'CANCELLED'))),
    CHECK (held_until_s IS NOT NULL OR state NOT IN ('HELD', 'EXPIRED')),
    FOREIGN KEY (book, start) REFERENCES offered
);

-- One row for each place that is taken.
CREATE UNIQUE INDEX place_taken ON reservation (book, start, place) WHERE state IN ('HELD', 'CONFIRMED');
CREATE INDEX waiting ON reservation (number) WHERE state = 'SENT';
CREATE INDEX held ON reservation (held_until_s) WHERE state = 'HELD';
CREATE INDEX of_citizen ON reservation (citizen, book);

CREATE FUNCTION keep_promises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'a reservation stays on record';
    END IF;
    IF (NEW.id, NEW.citizen, NEW.acting, NEW.idempotency_key, NEW.book, NEW.start)
       <> (OLD.id, OLD.citizen, OLD.acting, OLD.idempotency_key, OLD.book, OLD.start) THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'a wish is not rewritten';
    END IF;
    IF NOT (CASE OLD.state
        WHEN 'SENT' THEN NEW.state IN ('SENT', 'CONFIRMED', 'REJECTED', 'DEAD_LETTER')
        WHEN 'HELD' THEN NEW.state IN ('HELD', 'CONFIRMED', 'EXPIRED') AND NEW.place = OLD.place
        WHEN 'CONFIRMED' THEN NEW.state = 'CANCELLED' AND NEW.place = OLD.place
        ELSE false
    END) THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'the reservation is decided';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_answer_stands BEFORE UPDATE OR DELETE ON reservation FOR EACH ROW EXECUTE FUNCTION keep_promises();

CREATE FUNCTION check_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM offered
      WHERE book = NEW.book AND start = NEW.start AND NEW.place <= places AND NEW.place <> ALL (free);
    IF NOT FOUND THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'the place was not claimed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_place_is_given AFTER INSERT ON reservation
   FOR EACH ROW WHEN (NEW.place IS NOT NULL) EXECUTE FUNCTION check_place();
CREATE TRIGGER a_place_is_taken AFTER UPDATE ON reservation
   FOR EACH ROW WHEN (OLD.state = 'SENT' AND NEW.place IS NOT NULL) EXECUTE FUNCTION check_place();

CREATE FUNCTION free_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE offered SET free = ARRAY(SELECT place FROM unnest(free || NEW.place) AS place ORDER BY place)
     WHERE book = NEW.book AND start = NEW.start;
    RETURN NULL;
END $$;
CREATE TRIGGER a_place_is_freed AFTER UPDATE ON reservation
   FOR EACH ROW WHEN (NEW.state IN ('CANCELLED', 'EXPIRED')) EXECUTE FUNCTION free_place();
