"""Who may import whom, what the pure steps may not touch, and how large a piece may grow."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("collector", "scrapers", "fixtures", "demo")

#: The steps that only compute: from saved pages to rows, from rows to events.
PURE = (
    "scrapers",
    "collector.answer",
    "collector.cadence",
    "collector.cadence_rules",
    "collector.clock_slip",
    "collector.canonical",
    "collector.deadline_rules",
    "collector.drift",
    "collector.fold",
    "collector.fold_matching",
    "collector.fold_revisions",
    "collector.fold_track",
    "collector.offline",
    "collector.plain_text",
    "collector.politeness",
    "collector.read",
    "collector.reconcile",
    "collector.routing",
    "collector.settings",
    "collector.worth",
)
#: The one of them that has to look for files: what packages installed beside this one bring along.
LOOKING_AROUND = "scrapers.outside"
#: The only modules that may know Playwright.
VISITING = {
    "collector.account.form",
    "collector.account.sight",
    "collector.account.signing_in",
    "collector.browser",
    "collector.browser.guarding",
    "collector.browser.parting",
    "collector.browser.standing",
    "collector.browser.starting",
    "collector.browser.contexts",
    "collector.browser.tab",
    "collector.browser.tabs",
    "collector.browser.watch",
    "collector.evidence.printing",
    "collector.visit.attempt",
    "collector.visit.consent",
    "collector.visit.listing",
    "collector.visit.fetching",
    "collector.visit.loading",
    "collector.visit.page_reading",
    "demo.web_pictures",
}
#: The only modules that may speak on the terminal.
SPEAKING = ("collector.commands", "collector.report", "demo")

DRIVERS = ("playwright", "sqlite3", "sqlite_utils", "datasette")
MACHINE = (
    "os",
    "io",
    "pathlib",
    "shutil",
    "tempfile",
    "socket",
    "ssl",
    "subprocess",
    "http",
    "urllib.request",
)
CLOCKS = ("time", "collector.clock")
CLOCK_CALLS = {"now", "utcnow", "today", "utc_now", "localtime"}

#: Below each step, what stands above it or beside it.
LAYERS = {
    "collector.store": ("derive", "plan", "visit", "browser", "collect", "commands"),
    "collector.derive": ("plan", "visit", "browser", "collect", "commands"),
    "collector.plan": ("visit", "browser", "collect", "commands"),
    "collector.visit": ("store", "derive", "plan", "collect", "commands"),
    "collector.importing": ("visit", "browser", "collect", "commands"),
}


@dataclass(frozen=True)
class Module:
    """One source file, by its dotted name."""

    name: str
    is_package: bool
    source: str

    @property
    def tree(self) -> ast.Module:
        return parsed(self.source)


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def modules() -> dict[str, Module]:
    """Every module of the product by name; one that appears or goes needs no mention here."""
    found = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            found[name] = Module(name, is_package, file.read_text(encoding="utf-8"))
    return found


@cache
def imports(module: Module) -> frozenset[str]:
    """Dotted names `module` imports, late and relative ones too; `from a import b` gives a and a.b."""
    names: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(module, node)
            names.add(origin)
            names.update(f"{origin}.{alias.name}" for alias in node.names)
    return frozenset(names)


def _origin(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parents = module.name.split(".")[: None if module.is_package else -1]
    parents = parents[: len(parents) - node.level + 1]
    return ".".join([*parents, *filter(None, [node.module])])


@cache
def reached(name: str) -> frozenset[str]:
    """Everything that importing the module `name` imports, through our own modules and their packages."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        if current in modules():
            waiting.extend(imports(modules()[current]))
        waiting.extend([current.rpartition(".")[0]] if "." in current else [])
    return frozenset(seen - {name})


def within(name: str, *tops: str) -> bool:
    """Whether the dotted `name` is one of `tops` or lies under one."""
    return any(name == top or name.startswith(top + ".") for top in tops)


def under(*tops: str) -> list[Module]:
    """Our modules within `tops`; there must be some, or the rule checks nothing."""
    chosen = [module for module in modules().values() if within(module.name, *tops)]
    assert chosen, f"no module is within {tops}"
    return chosen


def calls(module: Module) -> Iterator[tuple[str, int, ast.Call]]:
    """The last part of the name, the line and the node of every call in `module`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node.lineno, node


def clock_readings(module: Module) -> set[str]:
    """Where `module` asks for the present moment or for the machine's zone."""
    return {
        f"{module.name}:{line} {name}()"
        for name, line, call in calls(module)
        if name in CLOCK_CALLS or (name == "astimezone" and not call.args and not call.keywords)
    }


def builtin_calls(module: Module, builtin: str) -> set[str]:
    """Where `module` calls the builtin of that name, and not a method of the same name."""
    found = ((line, call) for name, line, call in calls(module) if name == builtin)
    return {f"{module.name}:{line} {builtin}()" for line, call in found if isinstance(call.func, ast.Name)}


def offences(chosen: list[Module], *forbidden: str) -> set[str]:
    return {
        f"{module.name} imports {name}"
        for module in chosen
        for name in imports(module)
        if within(name, *forbidden)
    }


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("scrapers", ("collector", "fixtures", "demo", "tests")),
        ("fixtures", ("collector", "scrapers", "demo", "tests")),
        ("collector", ("fixtures", "demo", "tests")),
    ],
)
def test_packages_import_only_what_stands_below_them(package, forbidden):
    assert offences(under(package), *forbidden) == set()


def test_pure_steps_reach_neither_browser_nor_database_nor_the_steps_that_act():
    acting = ("store", "visit", "collect", "commands", "derive", "browser", "importing")
    forbidden = (*DRIVERS, *(f"collector.{step}" for step in acting))
    found = {
        f"{module.name} reaches {name}"
        for module in under(*PURE)
        for name in reached(module.name)
        if within(name, *forbidden)
    }
    assert found == set()


def test_pure_steps_touch_neither_files_nor_the_network():
    pure = [module for module in under(*PURE) if module.name != LOOKING_AROUND]
    assert offences(pure, *MACHINE) == set()
    assert set().union(*(builtin_calls(module, "open") for module in pure)) == set()


def test_pure_steps_ask_no_clock():
    pure = under(*PURE)
    assert offences(pure, *CLOCKS) == set()
    assert set().union(*(clock_readings(module) for module in pure)) == set()


@pytest.mark.parametrize("step", LAYERS)
def test_a_step_imports_nothing_above_it(step):
    assert offences(under(step), *(f"collector.{above}" for above in LAYERS[step])) == set()


def test_only_the_visit_knows_playwright():
    importers = {module.name for module in under(*PACKAGES) if offences([module], "playwright")}
    assert importers <= VISITING


def test_nothing_imports_the_commands_but_the_program_itself():
    others = [
        module
        for module in under("collector", "scrapers", "fixtures")
        if not within(module.name, "collector.commands", "collector.__main__")
    ]
    assert offences(others, "collector.commands") == set()


def test_only_the_terminal_side_prints():
    silent = [module for module in under(*PACKAGES) if not within(module.name, *SPEAKING)]
    assert set().union(*(builtin_calls(module, "print") for module in silent)) == set()


def test_every_module_says_what_it_is_for():
    assert [module.name for module in under(*PACKAGES) if not ast.get_docstring(module.tree)] == []


def test_no_module_is_longer_than_400_lines():
    lengths = {module.name: len(module.source.splitlines()) for module in under(*PACKAGES)}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_no_function_is_longer_than_60_lines():
    lengths = {
        f"{module.name}.{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module in under(*PACKAGES)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > 60} == {}


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import playwright.async_api as api", "playwright.async_api"),
        ("def f():\n    from playwright import async_api", "playwright.async_api"),
        ("from collector import commands", "collector.commands"),
        ("from . import dates", "collector.read.dates"),
        ("from .. import store", "collector.store"),
        ("from ..store.facts import save", "collector.store.facts"),
    ],
)
def test_no_way_of_importing_is_overlooked(source, imported):
    assert imported in imports(Module("collector.read.rows", is_package=False, source=source))
    assert imported in imports(Module("collector.read", is_package=True, source=source))


@pytest.mark.parametrize(
    "source", ["datetime.now(UTC)", "dt.date.today()", "moment.astimezone()", "utc_now()", "localtime(0)"]
)
def test_no_way_of_asking_the_clock_is_overlooked(source):
    assert clock_readings(Module("collector.read", is_package=True, source=source))


@pytest.mark.parametrize("source", ["moment.astimezone(UTC)", "moment.time()", "seen_at.date()"])
def test_arithmetic_on_given_times_is_no_clock(source):
    assert not clock_readings(Module("collector.read", is_package=True, source=source))


def test_importing_a_module_counts_its_packages():
    assert {"collector", "collector.read"} <= reached("collector.read.rows")
