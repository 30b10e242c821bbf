"""The planning page: a form, an answer at once, a thorough one as a job, and the files that go with them."""
