"""The contention suite: a few citizens who do, on purpose and at once, what is likely to break a booking server."""
