"""How large a wave a platform bears: the search for the knee, and what happens beyond it."""
