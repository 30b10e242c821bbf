"""What conductor and workers say to each other, by Locust's own channel.

A worker asks for its share, reads the conductor's clock, and is ready; it is told the moment of the first SMS; it sends
what its citizens recorded as they go; and it says when it is over, or what broke it.
"""

from typing import Final

ASK: Final = "bolk-ask"
"""To the conductor: give me a share."""

SHARE: Final = "bolk-share"
"""To a worker: the job and its rows, or why there are none for it."""

LOOK: Final = "bolk-look"
"""To the conductor: what does your clock say?"""

CLOCK: Final = "bolk-clock"
"""To a worker: what the conductor's clock says."""

READY: Final = "bolk-ready"
"""To the conductor: everything is loaded and warm."""

ZERO: Final = "bolk-zero"
"""To a worker: when the first SMS is, by the conductor's clock."""

LINES: Final = "bolk-lines"
"""To the conductor: attempts, as lines of the record, and how many journeys are over."""

STOP: Final = "bolk-stop"
"""To a worker: stop what is under way."""

OVER: Final = "bolk-over"
"""To the conductor: all lines are sent, and this is how I fared."""

BROKE: Final = "bolk-broke"
"""To the conductor: this went wrong."""
