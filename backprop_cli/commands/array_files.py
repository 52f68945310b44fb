"""Arrays written to a file: what `backprop eval --save FILE.npz` leaves."""

from __future__ import annotations

from ..columns.numpy_files import write_npz
from ..errors import refuse
from ..tensors.running.reporting import ArrayReport


def save_report(path: str, report: ArrayReport) -> None:
    """Write the arrays of a report to an .npz file, whole or not at all: `value`, `gradient/W` for
    each input, `node/s` for each definition, `node-gradient/s` for its gradient. The same report
    gives the same bytes.
    """
    if not path.endswith(".npz"):
        raise refuse("usage", "--save writes .npz files", help=f"write --save {path}.npz")
    arrays = {"value": report.value}
    arrays |= {f"gradient/{name}": slope for name, slope in report.gradient.items()}
    for row in report.rows:
        if row.role == "definition":
            arrays[f"node/{row.name}"] = row.value
            if row.gradient is not None:
                arrays[f"node-gradient/{row.name}"] = row.gradient
    write_npz(path, arrays)
