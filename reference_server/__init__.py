"""The thing under test: booking rules, storage, record system, log-in and the JSON API."""
