"""The layers, and the rules of the house that a program can check."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "backprop_cli"
FILES = sorted(PACKAGE.rglob("*.py"))

# From the ground up. A module may import modules of its own layer and of those below, no others;
# siblings in SIBLINGS never import each other.
LAYERS = [
    {"errors", "limits", "whole_files"},
    {"operations"},
    {"graph", "run", "namespaces", "notation", "numerals", "formulas"},
    {"syntax"},
    {"calls", "lowering"},
    {"columns"},
    {"values", "bindings", "findings", "ledger", "variables", "reference", "simplify"},
    {"evaluation"},
    {"reporting"},
    {"circuit", "derivatives", "gradcheck", "tensors", "equations", "gradient_equations"},
    {"explanation", "drawing", "homework", "training"},
    {"render"},
    {"commands"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
LIBRARIES = {
    # who may import it, and whether at the top of a module
    "typer": {"commands": True},
    "rich": {"render": True, "commands": False},
    "lark": {"syntax": True},
    "flint": {"namespaces": True, "homework": True, "evaluation": False},
    "jinja2": {"render": False},
    # At the top only in rooms that nothing but commands on arrays enter.
    "numpy": {
        "training": True,
        "tensors": True,
        "namespaces": True,
        "columns": False,
        "values": False,
        "bindings": False,
        "operations": False,
        "render": False,
        "commands": False,
    },
    "scipy": {"training": False, "namespaces": False, "tensors": False, "operations": False},
}
NOT_FOR_US = {"numpy", "scipy", "sympy", "mpmath", "click", "pydantic"} - set(LIBRARIES)
LONGEST_MODULE = 450
LONGEST_FUNCTION = 60
LONGEST_LINE = 100
TABLES = {"operations"}  # data may be long
BOUNDED = {  # functions that call themselves, and why that ends soon
    ("namespaces/exact.py", "root"),  # once, for the sign
    ("render/explain.py", "in_signs_of"),  # once: the parts are without the sign they are cut at
    ("render/explain.py", "translated"),  # as deep as the rows of an explanation nest
    ("simplify/algebra.py", "settled"),  # each time with one square root of a number less
    ("simplify/conditions.py", "decided"),  # once, for `not`: a double one is gone when it is made
    ("simplify/conditions.py", "nested"),  # each time with a condition less, within a budget
    ("simplify/conditions.py", "chosen"),  # its branches are merged already, so they nest no more
    ("simplify/functions.py", "size_or_sign"),  # once, without the factors that are positive
    ("simplify/functions.py", "function"),  # once, for the sign
    ("tensors/adjoints/elements.py", "at"),  # makes tasks: `finished` runs them with a stack
    ("tensors/adjoints/elements.py", "axes"),  # likewise
}


def layer(path: Path) -> str:
    """The module or folder of the package that a file belongs to."""
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def at_run_time(tree: ast.Module) -> list[tuple[ast.stmt, bool]]:
    """The imports of a module, without those for types, each with whether it is at the top."""
    found: list[tuple[ast.stmt, bool]] = []
    waiting: list[tuple[ast.AST, bool]] = [(tree, True)]
    while waiting:
        node, top = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.append((node, top))
        inner = top and not isinstance(node, (ast.FunctionDef, ast.Lambda))
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]
    return found


def ours(path: Path, node: ast.stmt) -> list[str]:
    """The layers that an import statement reaches into."""
    if not isinstance(node, ast.ImportFrom) or not node.level:
        return []
    base = path.parent
    for _ in range(node.level - 1):
        base = base.parent
    parts = [*base.relative_to(PACKAGE).parts, *(node.module or "").split(".")]
    parts = [part for part in parts if part]
    return [parts[0]] if parts else [alias.name for alias in node.names]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    """No module imports one of a higher layer, at the top or inside a function."""
    if path.parent == PACKAGE and path.stem == "__init__":
        return
    assert layer(path) in RANK, f"{layer(path)} has no layer: add it to LAYERS"
    for node, _ in at_run_time(parsed(path)):
        for reached in ours(path, node):
            if reached in RANK:
                upward = RANK[reached] > RANK[layer(path)]
                assert not upward or (layer(path), reached) in UPWARD, ast.unparse(node)


# A stated exception: advice on stable forms reads its patterns as formulas.
UPWARD = {("findings", "lowering")}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    """Typer in commands, rich in render, lark in syntax, flint where balls are made; lazily."""
    for node, top in at_run_time(parsed(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            library = name.split(".")[0]
            assert not (top and library in NOT_FOR_US), ast.unparse(node)
            if library in LIBRARIES:
                rooms = LIBRARIES[library]
                assert layer(path) in rooms, ast.unparse(node)
                assert rooms[layer(path)] or not top, f"at the top: {ast.unparse(node)}"


FORBIDDEN = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "globals",
    "locals",
    "vars",
    "input",
    "breakpoint",
}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_text_becomes_code(path: Path) -> None:
    """No eval or exec, no attribute by a name that comes from outside, no pickle but our tables."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in FORBIDDEN, ast.unparse(node)
            if node.func.id == "getattr" and layer(path) in ("syntax", "lowering", "bindings"):
                assert isinstance(node.args[1], ast.Constant), ast.unparse(node)
        if isinstance(node, ast.Import) and any(a.name == "pickle" for a in node.names):
            assert name_of(path) == "syntax/tables.py"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_function_calls_itself(path: Path) -> None:
    """Nothing recurses over what a user wrote."""
    tree = parsed(path)
    methods = {id(node) for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for node in c.body}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef) or (name_of(path), node.name) in BOUNDED:
            continue
        for call in ast.walk(node):
            if not isinstance(call, ast.Call):
                continue
            itself = isinstance(call.func, ast.Name) and call.func.id == node.name
            itself = itself and id(node) not in methods
            method = (
                isinstance(call.func, ast.Attribute)
                and call.func.attr == node.name
                and isinstance(call.func.value, ast.Name)
                and call.func.value.id == "self"
            )
            assert not itself and not method, f"{node.name}: {ast.unparse(call)[:60]}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_small_rooms(path: Path) -> None:
    """A module fits in the head, a function on a screen, a line in 100 columns."""
    lines = path.read_text(encoding="utf-8").split("\n")
    assert max(map(len, lines)) <= LONGEST_LINE
    if layer(path) not in TABLES:
        assert len(lines) <= LONGEST_MODULE
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


def test_the_tests_keep_to_the_columns() -> None:
    """The tests' own lines, too."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            assert len(line) <= LONGEST_LINE, f"{path.name}:{number}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """A docstring for each module and each public class."""
    tree = parsed(path)
    assert ast.get_docstring(tree), "the module"
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name
