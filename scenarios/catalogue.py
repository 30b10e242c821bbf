"""The scenarios that come with bolk, by name."""

import difflib
from importlib.resources import files
from pathlib import Path


def names() -> tuple[str, ...]:
    """Every name in the catalogue, in order."""
    return tuple(sorted(path.stem.replace("_", "-") for path in _folder().glob("*.toml")))


def path_of(name: str) -> Path | None:
    """The file of a catalogue name; None where there is no such name."""
    return _folder() / f"{name.replace('-', '_')}.toml" if name in names() else None


def suggestion(name: str) -> str:
    """What somebody who wrote an unknown name may have meant."""
    close = difflib.get_close_matches(name.lower().replace("_", "-"), names(), n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"a path, or one of {', '.join(names())}"


def _folder() -> Path:
    return Path(str(files("scenarios")))
