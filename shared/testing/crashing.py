"""Ends a process at a chosen await of the product's own code, which has no switches for it: modules are rewritten as
they are loaded, so that every `await` in them passes a named point.

Guards that no await is forgotten: points are found in the source, not listed by hand. A child process is started as
`python -m shared.testing.crashing [options] -- module arguments…`.
"""

import argparse
import ast
import os
import runpy
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Literal, TypeVar

_ROOT = Path(__file__).parents[2]
_POINT = "__point__"
T = TypeVar("T")
When = Literal["before", "after"]


@dataclass(frozen=True)
class Crash:
    """Where a process ends: at the n-th time that an await is reached, or has just come back."""

    site: str
    when: When
    call: int = 1

    def __str__(self) -> str:
        return f"{self.when} {self.site}, call {self.call}"

    def arguments(self) -> list[str]:
        """Return the command line's options for it."""
        return ["--at", self.site, "--when", self.when, "--call", str(self.call)]


class _Pointed(ast.NodeTransformer):
    """Lets every await of a module pass a point named after its function and what is awaited."""

    def __init__(self, module: str) -> None:
        self._scope = [module]
        self._seen: Counter[str] = Counter()
        self.sites: list[str] = []

    def _enter(self, node: Any) -> Any:
        self._scope.append(node.name)
        self.generic_visit(node)
        self._scope.pop()
        return node

    visit_ClassDef = visit_FunctionDef = visit_AsyncFunctionDef = _enter  # noqa: N815 - named by the library

    def visit_Await(self, node: ast.Await) -> ast.Await:
        site = self._site(node.value)
        self.generic_visit(node)
        passing = ast.Call(ast.Name(_POINT, ast.Load()), [ast.Constant(site), node.value], [])
        return ast.copy_location(ast.Await(passing), node)

    def _site(self, awaited: ast.expr) -> str:
        called = awaited.func if isinstance(awaited, ast.Call) else awaited
        name = f"{'.'.join(self._scope)}/{ast.unparse(called).rpartition('.')[2]}"
        self._seen[name] += 1
        self.sites.append(name if self._seen[name] == 1 else f"{name}#{self._seen[name]}")
        return self.sites[-1]


def sites(modules: Iterable[str]) -> list[str]:
    """Return the names of all awaits in some modules."""
    found: list[str] = []
    for module in modules:
        pointed = _Pointed(module)
        pointed.visit(ast.parse((_ROOT / f"{module.replace('.', '/')}.py").read_text()))
        found += pointed.sites
    return found


class _Loader(SourceFileLoader):
    """Loads a module with points at its awaits, never from what was compiled without them."""

    points: "Points"

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        tree = _Pointed(fullname).visit(ast.parse(self.get_data(path)))
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__[_POINT] = self.points.pass_
        super().exec_module(module)


class Points(MetaPathFinder):
    """What happens at the points of one process; `note` is a file for the points that were passed."""

    def __init__(self, modules: Iterable[str], crash: Crash | None, note: Path | None = None) -> None:
        self._modules, self._crash = frozenset(modules), crash
        self._met: Counter[tuple[str, str]] = Counter()
        self._note = None if note is None else note.open("a", buffering=1)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find the chosen modules as the interpreter would, and have them loaded with points."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname in self._modules else None
        if spec is None or spec.origin is None:
            return None
        loader = _Loader(fullname, spec.origin)
        loader.points = self
        spec.loader = loader
        return spec

    async def pass_(self, site: str, awaited: Awaitable[T]) -> T:
        """Await something between two points."""
        self._meet(site, "before")
        result = await awaited
        self._meet(site, "after")
        return result

    def _meet(self, site: str, when: When) -> None:
        self._met[site, when] += 1
        call = self._met[site, when]
        if self._note is not None and call == 1 and when == "before":
            self._note.write(f"{site}\n")
        if self._crash == Crash(site, when, call):
            os.kill(os.getpid(), signal.SIGKILL)


def command(modules: Iterable[str], crash: Crash | None, run: Sequence[str], note: Path | None = None) -> list[str]:
    """Return the command of a child that runs a module with its arguments and ends where it should."""
    options = ["--modules", ",".join(modules), *([] if crash is None else crash.arguments())]
    noted = [] if note is None else ["--note", str(note)]
    return [sys.executable, "-m", "shared.testing.crashing", *options, *noted, "--", *run]


def main(arguments: Sequence[str]) -> None:
    """Run a module as the interpreter would, with points in the modules that were named."""
    parser = argparse.ArgumentParser(description="Run a module that ends at an await.")
    parser.add_argument("--modules", required=True)
    parser.add_argument("--at")
    parser.add_argument("--when", choices=("before", "after"), default="before")
    parser.add_argument("--call", type=int, default=1)
    parser.add_argument("--note", type=Path)
    parser.add_argument("run", nargs="+")
    asked = parser.parse_args(arguments)
    crash = None if asked.at is None else Crash(asked.at, asked.when, asked.call)
    sys.meta_path.insert(0, Points(asked.modules.split(","), crash, asked.note))
    sys.argv = asked.run
    runpy.run_module(asked.run[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
