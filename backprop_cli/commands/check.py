"""`backprop check`: a class's homework marked against a key."""

from __future__ import annotations

from math import isnan
from typing import Annotated

import typer

from ..bindings import read_text
from ..errors import EXIT_DONE, EXIT_NEGATIVE, EXIT_USAGE, BackpropError, refuse
from ..homework.asking.key import Key, read_key
from ..homework.asking.truth import check_numbers
from .check_class import Asked, check_class, explain_one, tell
from .check_hand_ins import roster_in, roster_problems

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

KeyFile = Annotated[str, typer.Argument(metavar="KEY", help="What is asked, in a file.")]
Submissions = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SUBMISSIONS]...", help="Folders, sheets, CSV or JSON files."),
]
Out = Annotated[
    str | None, typer.Option("-o", "--out", metavar="DIR", help="Write grades and feedback here.")
]
RosterFile = Annotated[
    str | None, typer.Option("--roster", metavar="FILE", help="Who is in the class, as CSV.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", metavar="N", min=1, max=64, help="Processes at once.")
]
Lint = Annotated[
    bool, typer.Option("--lint", help="Which errors the key's numbers cannot reveal.")
]
Sheets = Annotated[
    str | None, typer.Option("--sheets", metavar="ROSTER", help="Write a blank sheet for each.")
]
Explain = Annotated[
    str | None, typer.Option("--explain", metavar="ID", help="Show one student's marks.")
]
Moodle = Annotated[
    str | None, typer.Option("--moodle", metavar="FILE", help="Fill in Moodle's worksheet.")
]
Canvas = Annotated[
    str | None, typer.Option("--canvas", metavar="FILE", help="Fill in Canvas's gradebook.")
]
GradeColumn = Annotated[
    str | None, typer.Option("--grade-column", metavar="NAME", help="Their column to fill in.")
]
Gradescope = Annotated[bool, typer.Option("--gradescope", help="Write Gradescope's results.json.")]
Junit = Annotated[
    str | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report.")
]
Anonymous = Annotated[
    bool, typer.Option("--anonymous", help="Pseudonyms instead of ids and names.")
]
FailUnder = Annotated[
    float | None,
    typer.Option(
        "--fail-under", metavar="PERCENT", min=0, max=100, help="End with 1 if anybody has less."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object (see: backprop schema).")]
Traceback = Annotated[bool, typer.Option("--traceback", hidden=True)]


@app.command(context_settings={"help_option_names": ["--help", "-h"]})
def check(
    key: KeyFile,
    submissions: Submissions = None,
    out: Out = None,
    roster: RosterFile = None,
    jobs: Jobs = None,
    lint: Lint = False,
    sheets: Sheets = None,
    explain: Explain = None,
    moodle: Moodle = None,
    canvas: Canvas = None,
    grade_column: GradeColumn = None,
    gradescope: Gradescope = False,
    junit: Junit = None,
    anonymous: Anonymous = False,
    fail_under: FailUnder = None,
    json: Json = False,
    traceback: Traceback = False,
) -> int:
    """Mark homework: where the first error is, and what it looks like.

    \b
    backprop check samples/homework/hw.key samples/homework/submissions
    backprop check hw.key submissions/ -o marks/ --roster roster.csv
    backprop check hw.key submissions/ --explain abc123
    backprop check hw.key --lint

    Ends with 1 if somebody has to look at a sheet, and with 2 if the key cannot be used.
    """
    asked = Asked(
        tuple(submissions or ()), out, roster, jobs, moodle, canvas, grade_column, gradescope,
        junit, anonymous, fail_under, json,
    )  # fmt: skip
    refuse_contradictions(asked, lint, sheets, explain)
    found = key_in(key)
    if lint:
        return show_lint(found)
    check_numbers(found)
    if sheets is not None:
        return write_sheets(found, sheets, out or "")
    if explain is not None:
        return explain_one(found, asked, explain)
    return check_class(found, asked)


def refuse_contradictions(
    asked: Asked, lint: bool, sheets: str | None, explain: str | None
) -> None:
    """Raise for options that do not go together."""
    tasks = {"--lint": lint, "--sheets": sheets is not None, "--explain": explain is not None}
    chosen = [name for name, is_given in tasks.items() if is_given]
    if len(chosen) > 1:
        raise refuse("usage", f"{' and '.join(chosen)} are two tasks", help="choose one of them")
    if not asked.submissions and chosen not in (["--lint"], ["--sheets"]):
        raise refuse("usage", "there are no submissions", help="backprop check hw.key submissions/")
    if asked.submissions and chosen in (["--lint"], ["--sheets"]):
        raise refuse("usage", f"{chosen[0]} takes a key, and no submissions")
    files = {"--moodle": asked.moodle, "--canvas": asked.canvas, "--gradescope": asked.gradescope}
    needing = [name for name, value in files.items() if value]
    if needing and asked.anonymous and needing != ["--gradescope"]:
        raise refuse("usage", f"{needing[0]} needs the ids that --anonymous hides")
    needing += ["--anonymous"] * asked.anonymous + ["--sheets"] * (sheets is not None)
    if needing and asked.out is None:
        raise refuse("usage", f"{needing[0]} writes files", help="say where: -o DIR")
    if asked.anonymous and explain is not None:
        raise refuse("usage", "--explain shows one student, and --anonymous hides who it is")
    if asked.fail_under is not None and isnan(asked.fail_under):
        raise refuse("usage", "--fail-under takes a percentage, 0 to 100")
    if asked.grade_column and not (asked.moodle or asked.canvas):
        raise refuse("usage", "--grade-column goes with --moodle or --canvas")


def key_in(path: str) -> Key:
    """The key in a file. Whatever is wrong with it, or with the file, is a matter of usage."""
    try:
        text = read_text(path, "the key")
    except BackpropError as error:
        raise BackpropError(error.diagnostic._replace(status=EXIT_USAGE)) from None
    return read_key(text, f"'{path}'")


def show_lint(key: Key) -> int:
    """Print what the key's numbers cannot reveal."""
    from ..homework.linting.lint import lint
    from ..render.lint import print_lint
    from ..render.screen import screen

    print_lint(key, lint(key), screen())
    return EXIT_DONE


def write_sheets(key: Key, roster: str, out: str) -> int:
    """Write a blank sheet for everybody on a roster."""
    from ..homework.asking.blanks import blank_sheet
    from ..homework.batches.output_folder import output_folder
    from ..homework.reading.identity import file_name

    found = roster_in(roster)
    with output_folder(out) as folder:
        folder.write_all(
            (f"{file_name(one.id)}.txt", blank_sheet(key, one.id, one.name).encode("utf-8"))
            for one in found.people
        )
    problems = roster_problems(found)
    tell([f"{len(found.people)} blank sheets written", *problems])
    return EXIT_NEGATIVE if problems else EXIT_DONE
