-- Who gave an appointment back: the citizen, or somebody on the citizen's behalf; not known of those before.

ALTER TABLE reservation ADD COLUMN cancelled_by TEXT CHECK (cancelled_by IS NULL OR state = 'CANCELLED');
