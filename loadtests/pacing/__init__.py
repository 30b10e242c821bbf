"""The sending itself: batch by batch, watching the day, and safe to kill at any moment."""
