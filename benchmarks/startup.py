"""How soon `backprop eval` answers, against the import of typer alone with the same interpreter.

    python benchmarks/startup.py [ROUNDS]

Needs an installed package (`pip install .`, not editable: pip compiles what it installs). Prints
medians of one interleaved run and their ratios, and ends with 1 if a goal is missed: 1.8 for JSON,
2.3 for the table.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from measure import interleaved, ratio, table

FORMULA = ["eval", "(x+y)*z", "--x", "1", "--y", "3", "--z", "-3"]
GOALS = {"eval --json": 1.8, "eval (table)": 2.3}


def main() -> int:
    """Measure and print; the exit status says whether both goals are met."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    backprop = str(Path(sys.executable).parent / "backprop")
    if not Path(backprop).exists():
        print(f"{backprop} is missing: run `pip install .` first", file=sys.stderr)
        return 2
    times = interleaved(
        {
            "python -c pass": [sys.executable, "-c", "pass"],
            "import typer": [sys.executable, "-c", "import typer"],
            "eval --json": [backprop, *FORMULA, "--json"],
            "eval (table)": [backprop, *FORMULA],
        },
        rounds,
    )
    rows, missed = [], False
    for name, seconds in times.items():
        found = ratio(seconds, times["import typer"])
        goal = GOALS.get(name)
        missed = missed or (goal is not None and found > goal)
        rows.append(
            [
                name,
                f"{1e3 * statistics.median(seconds):.1f}",
                f"{found:.2f}",
                f"≤ {goal}" if goal else "",
            ]
        )
    print(table(["whole process", "median ms", "ratio to import typer", "goal"], rows))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
