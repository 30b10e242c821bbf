-- Citizens choose how they meet the municipality, where the book lets them.

ALTER TABLE reservation ADD COLUMN meeting TEXT NOT NULL DEFAULT 'place'
    CHECK (meeting IN ('place', 'telephone', 'video'));

CREATE TRIGGER a_meeting_stands BEFORE UPDATE OF meeting ON reservation
BEGIN
    SELECT RAISE(ABORT, 'a wish is not rewritten');
END;
