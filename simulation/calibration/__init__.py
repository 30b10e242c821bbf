"""What was seen, turned into what a scenario assumes: how soon people answer, from counts of a day that was."""
