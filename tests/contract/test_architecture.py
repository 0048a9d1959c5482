"""The arrows, the sizes, the single commit, the single environment, the single clock."""

import ast
import subprocess
import sys

from tests.support import sources

LINES_MAX = 400
FUNCTION_LINES_MAX = 50
PARAMETERS_MAX = 6
OF_SQLALCHEMY = ("session.commit", "connection.commit", "db.session.commit")
CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
          "time.localtime", "time.gmtime")  # fmt: skip
ENVIRONMENT = ("os.environ", "os.getenv", "os.environb", "os.putenv")
MONOTONIC = ("time.monotonic", "time.perf_counter", "time.monotonic_ns", "time.perf_counter_ns")
PARTICIPLES = {"held", "told", "asked", "said", "given"}
"""Words that say what was done to a thing and not what it is."""
STOPWATCHES = {
    "sync/schedule.py",  # how long a job ran, for the log; which has not run, for the watchdog
    "registry/serving/request_log.py",  # how long a request took, for the log and the figures
    "registry/serving/answer_cache.py",  # the same, of an answer given again
    "registry/pool_check.py",  # how long a connection lay idle
    "registry/replica.py",  # how old the known position of the primary is
    "registry/api/stream.py",  # how long one answer of the stream stays open
    "registry/serving/web_worker.py",  # how long a connection says nothing
    "registry/demo/processes.py",  # how long the demo waits for its servers
}


class TestArrows:
    def test_point_down_the_floors(self):
        # In a process of its own: it configures logging, and the loggers of this one would fall silent.
        command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
        done = subprocess.run(
            [sys.executable, "-c", command], cwd=sources.ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


class TestSizes:
    def test_files_stay_short(self):
        long = {path: sources.lines(path) for path in sources.files(sources.EVERYWHERE)}
        assert not {path: count for path, count in long.items() if count > LINES_MAX}

    def test_functions_stay_short(self):
        assert not [
            f"{path}:{found.name}"
            for path in sources.files(sources.EVERYWHERE)
            for found in sources.functions(path)
            if (found.end_lineno or 0) - found.lineno >= FUNCTION_LINES_MAX
        ]

    def test_functions_take_few_parameters(self):
        assert not [
            f"{path}:{found.name}"
            for path in sources.files()
            for found in sources.functions(path)
            if _parameters(found) > PARAMETERS_MAX
        ]


class TestWords:
    def test_variables_are_named_after_what_they_are(self):
        named = {
            f"{path}:{node.lineno} {name}"
            for path in sources.files()
            for node in ast.walk(sources.tree(path))
            if (name := _assigned(node)) in PARTICIPLES
        }
        assert not named

    def test_modules_are_imported_under_their_own_names(self):
        assert not [
            f"{path}:{node.lineno} {alias.name} as {alias.asname}"
            for path in sources.files()
            for node in ast.walk(sources.tree(path))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.asname
            and (sources.ROOT / f"{node.module}.{alias.name}".replace(".", "/")).with_suffix(".py").exists()
        ]


class TestSingletons:
    def test_one_place_commits(self):
        """Of acts; and of readings, which PostgreSQL lets only read (ADR 25)."""
        assert _places(OF_SQLALCHEMY) == {"registry/runtime.py": 2, "registry/migrations/env.py": 1}

    def test_one_place_reads_the_environment(self):
        assert set(_places(ENVIRONMENT)) == {"registry/settings.py"}

    def test_one_place_reads_the_clock(self):
        assert _places(CLOCKS) == {"registry/runtime.py": 1}

    def test_stopwatches_are_listed(self):
        assert set(_places(MONOTONIC)) == STOPWATCHES

    def test_rules_draw_no_random_numbers(self):
        drawing = [
            path
            for path in sources.files(("registry/domain",))
            if any(name in ("secrets", "random", "time", "os", "socket") for name in _imported(path))
        ]
        assert not drawing


class TestBrowsers:
    def test_are_asked_until_the_page_has_arrived(self):
        # A click comes back before its page has come: what is asked once is asked of the page before.
        asked_once = ("is_visible", "is_hidden")
        found = [
            f"{path}:{line}"
            for path in sources.files(("tests",))
            for name, line in sources.attributes(path)
            if name.rpartition(".")[2] in asked_once
        ]
        assert found == [], "use expect(...).to_be_visible()"


def _places(endings: tuple[str, ...]) -> dict[str, int]:
    """How often an attribute that ends like this stands in each product file."""
    found: dict[str, int] = {}
    for path in sources.files():
        for name, _ in sources.attributes(path):
            if any(name == ending or name.endswith(f".{ending}") for ending in endings):
                found[path] = found.get(path, 0) + 1
    return found


def _assigned(node):
    """The name that a variable or a parameter gets here."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    return node.arg if isinstance(node, ast.arg) else None


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Commands of click take one parameter per option; their users see names, not places."""
    if any(".command(" in ast.unparse(decorator) for decorator in function.decorator_list):
        return 0
    given = function.args
    return len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs) - _is_method(function)


def _is_method(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return bool(function.args.args) and function.args.args[0].arg in ("self", "cls")


def _imported(path: str) -> set[str]:
    names = set()
    for node in ast.walk(sources.tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".", maxsplit=1)[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".", maxsplit=1)[0])
    return names
