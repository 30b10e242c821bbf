"""Booking servers of all kinds, made to look alike: an adapter is what one server's API is in our words."""
