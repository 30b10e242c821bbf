"""The kernel's event loop in C (`event_loop.c`): compiled where there is a compiler, and run on the kernel's memory."""

import ctypes
import math
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from simulation.compiled import SLICE, Prepared
from simulation.kernel import codes, layout

SOURCE: Final = Path(__file__).with_name("event_loop.c")
_OPTIONS: Final = ("-O3", "-march=native", "-ffp-contract=off", "-fno-strict-aliasing", "-shared", "-fPIC")
_ROWS: Final = ("WAITING", "LATER", "STATION", "JOURNEY", "BOOK", "DAY", "TIME", "LAW", "OWNER", "TALLY", "SAMPLE")
_ROWS_AND_WORLD: Final = (*_ROWS, "WORLD")
_TYPES: Final = {"f8": "double", "i8": "int64_t", "u8": "uint64_t", "i4": "int32_t", "i2": "int16_t", "i1": "int8_t"}
_KEYWORDS: Final = ("short", "long")


def c_loop() -> Callable[[Prepared], None] | None:
    """What lets everything happen that a prepared run has before it; None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        whole, library = Path(folder) / "loop.c", Path(folder) / "loop.so"
        whole.write_text(structs() + SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
        subprocess.run([compiler, *_OPTIONS, whole, "-o", library, "-lm"], check=True)  # noqa: S603
        advance = ctypes.CDLL(str(library)).advance
    advance.restype = ctypes.c_int64

    def live(run: Prepared) -> None:
        run.world["until_s"] = math.inf
        world = run.world.ctypes.data_as(ctypes.c_void_p)
        while (why := advance(world, ctypes.c_int64(SLICE))) != codes.DONE:
            if why == codes.NEEDS_ROOM:
                run.make_room()

    return live


def structs() -> str:
    """The rows of the kernel's memory as C sees them."""
    return "#include <stdint.h>\n" + "".join(_struct(name, getattr(layout, name)) for name in _ROWS_AND_WORLD)


def _struct(name: str, row: "np.dtype[Any]") -> str:
    """Without gaps but those that numpy has."""
    known, fields, end = cast(Mapping[str, Any], row.fields), "", 0
    for field, (kind, offset) in known.items():
        fields += f"    char gap_{end}[{offset - end}];\n" if offset > end else ""
        fields += f"    {_TYPES[kind.str[1:]]} {field}{'_' if field in _KEYWORDS else ''};\n"
        end = offset + kind.itemsize
    fields += f"    char gap_{end}[{row.itemsize - end}];\n" if row.itemsize > end else ""
    return f"typedef struct __attribute__((packed)) {{\n{fields}}} {name};\n"
