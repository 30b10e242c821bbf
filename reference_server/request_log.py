"""One line of JSON for each request, with its id and without anything that says who asked or for what.

The route stands in the log and never the address that was asked for: queries and paths can carry what clients put
there. Lines go to the logger of this module; whoever starts the process says where they end.
"""

import datetime as dt
import itertools
import json
import logging
import re
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final

LOG: Final = logging.getLogger(__name__)
_COUNT: Final = itertools.count()
_SANE: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def keep(path: Path) -> None:
    """Append this process's lines to a file."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def request_id(offered: str | None, key: str | None) -> str:
    """The id that the client sent along, if it is a UUID and not its idempotency key; else a new one.

    Nothing else fits: an identity number, a token or words of any kind would end in the log.
    """
    if offered and offered != key and _SANE.fullmatch(offered):
        return offered
    now, count = f"{time.time_ns():016x}", f"{next(_COUNT):016x}"  # unique, and chance would cost a system call
    return f"{now[:8]}-{now[8:12]}-{now[12:]}-{count[:4]}-{count[4:]}"


def log_request(request: str, method: str, route: str, status: int, service_s: float) -> None:
    """Log a request that was answered."""
    if LOG.isEnabledFor(logging.INFO):
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        said = {"at": at, "request": request, "method": method, "route": route, "status": status}
        LOG.info(json.dumps(said | {"service_s": round(service_s, 6)}))


def log_error(request: str, kind: type | None, trace: TracebackType | None) -> None:
    """Log an error of ours: what and where, not its message, for a database may quote the row in it."""
    where = [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(trace)]
    LOG.error(json.dumps({"request": request, "error": kind.__name__ if kind else "unknown", "where": where}))
