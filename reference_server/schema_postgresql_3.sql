-- Citizens choose how they meet the municipality, where the book lets them.

ALTER TABLE reservation ADD COLUMN meeting text NOT NULL DEFAULT 'place'
    CHECK (meeting IN ('place', 'telephone', 'video'));
