"""What was seen, turned into what a scenario assumes: how soon people answer, and how long requests take."""
