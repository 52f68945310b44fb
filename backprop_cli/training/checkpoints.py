"""A run in a file: the parameters, and all that is needed to go on as if nothing had happened.

The file is an .npz without compression. The parameters stand in it under their own names, for
everybody to read; what else belongs to the run stands under names that no formula can have.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..columns.numpy_files import write_npz
from ..errors import BackpropError, reason_of, refuse
from .objective import Array

FORMAT = 1
OURS = "backprop.train/"
STATE = f"{OURS}state"
HISTORY = f"{OURS}history"
MOST_STATE = 1 << 26  # bytes

DATA = {"the data": "--data", "the validation data": "--validation"}  # and their options
DIGEST = re.compile(r"=[0-9a-f]{24}\b")
REPEAT = (
    "repeat the command that saved it; only --until steps, epochs and seconds may change, and"
    " where results are written"
)

Fingerprint = Mapping[str, str]  # what a run that goes on must share, each part in words


class Saved(NamedTuple):
    """The state of a run between two steps: numbers, and vectors of length P."""

    scalars: Mapping[str, Any]
    vectors: Mapping[str, Array]
    history: Sequence[float]
    validations: Sequence[tuple[int, float]]


class Checkpoint(NamedTuple):
    """What a file holds. `state` is None for a method that cannot go on."""

    parameters: Mapping[str, Array]
    state: Saved | None
    fingerprint: Fingerprint


# ------------------------------------------------------------------------------------------ writing


def write_checkpoint(
    path: str, parameters: Mapping[str, Array], state: Saved | None, fingerprint: Fingerprint
) -> None:
    """Write the file whole or not at all. Raises BackpropError where it cannot be written.

    `state.vectors["now"]` is left out where it is the same as the parameters.
    """
    described: dict[str, Any] = {"format": FORMAT, "fingerprint": dict(fingerprint)}
    arrays = dict(parameters)
    if state is not None:
        vectors = dict(state.vectors)
        flat = [np.ravel(array) for array in parameters.values()]
        if np.array_equal(np.concatenate(flat), vectors["now"]):
            del vectors["now"]
        arrays |= {f"{OURS}{name}": vector for name, vector in vectors.items()}
        arrays[HISTORY] = np.asarray(state.history, np.float64)
        described |= {
            "scalars": dict(state.scalars),
            "validations": list(state.validations),
            "vectors": list(vectors),
        }
    text = json.dumps(described).encode("ascii")
    arrays[STATE] = np.frombuffer(text, np.uint8)
    write_npz(path, arrays)


def check_saved(path: str) -> None:
    """Refuse to go on from what is no regular file."""
    if os.path.exists(path) and not os.path.isfile(path):
        help = "--resume takes a file that --save wrote"
        raise refuse("file", f"'{path}' is not a regular file", help=help)


# ------------------------------------------------------------------------------------------ reading


def read_checkpoint(path: str) -> Checkpoint:
    """What a file of `write_checkpoint` holds. Raises BackpropError for any other file."""
    check_saved(path)
    try:
        stream = open(path, "rb")  # noqa: SIM115 (closed below)
    except (OSError, ValueError) as error:
        raise refuse(
            "file", f"'{path}' cannot be read: {reason_of(error)}",
            help="--resume takes a file that --save wrote",
        ) from None  # fmt: skip
    with stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                return understood(dict(entries(archive, os.fstat(stream.fileno()).st_size)))
        except (
            zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, KeyError,
            MemoryError, TypeError, AttributeError, RecursionError,
        ):  # fmt: skip
            raise foreign(path) from None


def entries(archive: zipfile.ZipFile, size: int) -> Iterator[tuple[str, Array]]:
    """The arrays of an archive of `size` bytes. None is compressed, so that none is larger; raises
    ValueError for any other.
    """
    for info in archive.infolist():
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > size:
            raise ValueError(info.filename)
        with archive.open(info) as entry:
            yield info.filename.removesuffix(".npy"), np.lib.format.read_array(
                entry, allow_pickle=False
            )


def understood(arrays: dict[str, Array]) -> Checkpoint:
    """A checkpoint from its arrays; raises KeyError, TypeError or ValueError where it is none."""
    described = json.loads(arrays.pop(STATE)[:MOST_STATE].tobytes())
    if described["format"] != FORMAT:
        raise ValueError
    history = arrays.pop(HISTORY, None)
    parameters = {name: arrays[name] for name in arrays if not name.startswith(OURS)}
    state = None
    if "scalars" in described:
        vectors = {name: arrays[f"{OURS}{name}"] for name in described["vectors"]}
        if "now" not in vectors:
            vectors["now"] = np.concatenate([np.ravel(array) for array in parameters.values()])
        validations = [(int(step), float(loss)) for step, loss in described["validations"]]
        assert history is not None
        state = Saved(described["scalars"], vectors, history.tolist(), validations)
        check_state(state)
    for name, text in described["fingerprint"].items():
        if not isinstance(text, str):
            raise ValueError(name)
    return Checkpoint(parameters, state, described["fingerprint"])


def check_state(state: Saved) -> None:
    """Raises ValueError for a state that no run can have had."""
    for name, value in state.scalars.items():
        if type(value) not in (int, float):
            raise ValueError(name)
    for name, vector in state.vectors.items():
        if vector.ndim != 1 or vector.dtype.kind != "f":
            raise ValueError(name)
    if state.scalars["step"] != len(state.history) or not all(
        isinstance(loss, float) for loss in state.history
    ):
        raise ValueError("history")


def foreign(path: str) -> BackpropError:
    return refuse(
        "file-content", f"'{path}' is not a run that backprop train has saved, or is damaged",
        help="--resume takes a file that --save wrote",
    )  # fmt: skip


def other_data(path: str, name: str, before: str, now: str) -> None:
    """Raise if a run had other data. Their description is a digest and, behind it, where they come
    from; files may have been moved. "none" stands for no data.
    """
    old, _, was = before.partition(" ")
    new, _, source = now.partition(" ")
    if old == new:
        return
    option = DATA[name]
    if new == "none":
        said = f"saved with {option} {was}".rstrip() + ", now without"
    elif old == "none":
        said = f"saved without {option}, now with {option} {source}"
    elif was == source or not was:
        said = f"other data than it was saved with ({option} {source})"
    else:
        said = f"saved with {option} {was}, now with {option} {source}"
    raise refuse("usage", f"'{path}' cannot go on: {name} is not the same: {said}", help=REPEAT)


def resumable(path: str, found: Checkpoint, fingerprint: Fingerprint) -> Saved:
    """The state to go on from. Raises BackpropError that names the first thing that has changed."""
    for name, now in fingerprint.items():
        before = found.fingerprint.get(name, "nothing")
        if before == now:
            continue
        if name in DATA:
            other_data(path, name, before, now)
            continue
        before, now = (DIGEST.sub("=(an array)", text) for text in (before, now))
        long = max(len(before), len(now)) > 60 or "\n" in before + now
        said = "" if long else f": {before or 'none'} in the file, {now or 'none'} now"
        raise refuse(
            "usage", f"'{path}' cannot go on: {name} is not the same{said}",
            help=REPEAT,
        )  # fmt: skip
    if found.state is None:
        names = list(found.parameters)
        raise refuse(
            "usage", f"'{path}' cannot go on: this method's inner state cannot be saved",
            help="start a new run from its parameters: "
            + " ".join(f"{name}=@{path}:{name}" for name in names[:3]),
        )  # fmt: skip
    return found.state
