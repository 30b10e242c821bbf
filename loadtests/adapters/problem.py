"""What can be wrong with an adapter, as opposed to the server that it speaks to."""


class AdapterProblem(Exception):
    """The adapter is not there, lacks something, broke, or answers what makes no sense; the message says what to do."""
