"""The plan lived in virtual time."""
