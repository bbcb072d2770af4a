"""Says whether the hashed requirements still fit pyproject.toml and carry no address of a package index.

Guards that a fresh machine installs what was declared, wherever it gets packages from. Exit code 1 names what differs;
`make lock` writes them anew.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", re.MULTILINE)
_ADDRESS = re.compile(r"://|--(?:extra-)?index-url|--find-links")


def main() -> int:
    """Print every difference."""
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    extras = [name for extra in project["optional-dependencies"].values() for name in extra]
    problems = [
        *_problems(Path("requirements.txt"), project["dependencies"]),
        *_problems(Path("requirements-dev.txt"), [*project["dependencies"], *extras]),
    ]
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


def _problems(path: Path, declared: list[str]) -> Iterator[str]:
    text = path.read_text()
    if _ADDRESS.search(text):
        yield f"{path} carries an address; requirements must install from anywhere"
    pins = {canonicalize_name(name): version for name, version in _PIN.findall(text)}
    for line in declared:
        wanted = Requirement(line)
        pinned = pins.get(canonicalize_name(wanted.name))
        if pinned is None or not wanted.specifier.contains(pinned, prereleases=True):
            yield f"{path} has {wanted.name} {pinned or 'not at all'}; pyproject.toml wants {wanted.specifier or 'it'}"


if __name__ == "__main__":
    sys.exit(main())
