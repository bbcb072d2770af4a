"""Says which files are too long: 300 lines for code, 400 for tests; a file that grows becomes a package of its name.

Guards that a file can be read in one sitting. Exit code 1 names every file that is too long.
"""

import subprocess
import sys
from pathlib import Path

_CODE, _TESTS = 300, 400


def main() -> int:
    """Print every Python file of the repository that is too long."""
    listed = subprocess.run(["git", "ls-files", "*.py"], capture_output=True, text=True, check=True)
    too_long = [found for name in listed.stdout.splitlines() if (found := _judged(Path(name)))]
    sys.stderr.writelines(f"{line}\n" for line in too_long)
    return 1 if too_long else 0


def _judged(path: Path) -> str | None:
    if not path.exists():
        return None
    allowed = _TESTS if path.parts[0] == "tests" else _CODE
    lines = len(path.read_text().splitlines())
    return f"{path}: {lines} lines, {allowed} allowed" if lines > allowed else None


if __name__ == "__main__":
    sys.exit(main())
