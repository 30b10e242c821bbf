"""The kinds of rule for sending, one file each; `scenarios.policy` makes them one closed set."""
