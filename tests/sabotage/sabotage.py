"""One deliberate bug: a small change of product source, the promise that it breaks, and the tests that must notice.

Guards that a sabotage is exactly what it says: its old text stands in its file once, or it is an error.
"""

from dataclasses import dataclass
from pathlib import Path


class PatchError(Exception):
    """The old text is not in the file exactly once: the source has changed, and the sabotage must follow."""


@dataclass(frozen=True)
class Sabotage:
    """A bug as data. `breaks` ends the sentence "With it ..."; `red` are pytest's ids of tests, each of which fails."""

    name: str
    promise: str
    breaks: str
    file: str
    old: str
    new: str
    red: tuple[str, ...]

    def applied_to(self, source: str) -> str:
        """Return the source with the bug; raises PatchError."""
        found = source.count(self.old)
        if found != 1:
            raise PatchError(f"{self.name} does not apply: its old text is {found} times in {self.file}")
        return source.replace(self.old, self.new)

    def apply(self, tree: Path) -> None:
        """Put the bug into a copy of the tree; raises PatchError."""
        path = tree / self.file
        source = path.read_text("utf-8") if path.exists() else ""
        path.write_text(self.applied_to(source), "utf-8")
