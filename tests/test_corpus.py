"""Formulas as teachers write them, with values and gradients from SymPy (tests/corpus/make.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backprop_cli import BackpropError, bind, evaluate, parse, report
from backprop_cli.syntax.printer import print_program

FOLDER = Path(__file__).parent / "corpus"


def lines(name: str) -> list[dict]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


READ = lines("formulas.jsonl")
REFUSED = lines("refused.jsonl")
KINDS = sorted({case["kind"] for case in READ})


def close(found: float, expected: str) -> bool:
    """Equal to 1e-10, or to 1e-13 near zero, where float64 cancels (sin^2 + cos^2)."""
    true = float(expected)
    return abs(found - true) <= 1e-10 * abs(true) + 1e-13


@pytest.mark.parametrize("kind", KINDS)
def test_formulas_are_read_rightly(kind: str) -> None:
    """Value and every gradient agree with the independent system for every formula."""
    for case in READ:
        if case["kind"] != kind:
            continue
        found = report(evaluate(parse(case["formula"]), bind(case["bindings"].items())))
        assert close(float(found.value), case["value"]), case["formula"]
        assert set(found.gradient) <= set(case["gradient"])
        for name, expected in case["gradient"].items():
            assert close(float(found.gradient.get(name, 0)), expected), (case["formula"], name)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_printed_reads_the_same(kind: str) -> None:
    """The parsed form parses to itself."""
    for case in READ:
        if case["kind"] == kind:
            printed = print_program(parse(case["formula"]))
            assert print_program(parse(printed)) == printed


def test_corpus_is_large() -> None:
    """At least 300 formulas, and 60 texts to refuse."""
    assert len(READ) >= 300 and len(REFUSED) >= 60


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: repr(case["formula"])[:40])
def test_what_has_no_reading_is_refused(case: dict) -> None:
    """Refused with a message and a fix; never read in silence."""
    with pytest.raises(BackpropError) as caught:
        evaluate(parse(case["formula"]), bind(case["bindings"].items()))
    found = caught.value.diagnostic
    assert found.code != "bug" and found.message
    assert found.help or found.related
