"""The address register: what a municipality has set up, and what the guide says about it."""
