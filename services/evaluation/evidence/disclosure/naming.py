"""Names in tables: what may be one, and when two of them are the same.

Guards that capitals, blanks or another way of writing a letter never make two names of one thing, so that tables of the
same people cannot miss one another, and that a name cannot pass for a total, for a hidden figure or for a formula.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

RESERVED = ("all", "hidden", "[c]")
"""What stands for a total and for a hidden figure in what is published."""
_LONGEST = 120


def plain(name: str) -> str:
    """Return a name as it is compared: one way of writing each letter, no capitals, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def written_twice(names: Iterable[str]) -> str | None:
    """Return the first name that is there twice, capitals and blanks aside; None where there is none."""
    counted = Counter(map(plain, names))
    return next((name for name, times in counted.items() if times > 1), None)


def _printable(name: str) -> str:
    if not name.isprintable() or len(name) > _LONGEST:
        raise ValueError(f"has to be at most {_LONGEST} printable characters on one line")
    if name[:1] in ("=", "+", "-", "@"):
        raise ValueError("begins with a sign that spreadsheets take for a formula; write it without")
    return name


def _named(name: str) -> str:
    if not plain(name):
        raise ValueError("is empty; give it a name")
    if plain(name) in RESERVED:
        raise ValueError(f"{', '.join(RESERVED)} are kept for totals and hidden figures; choose another name")
    return name


Words = Annotated[str, AfterValidator(_printable)]
"""Words for reading; they may be empty."""
Name = Annotated[str, Field(min_length=1), AfterValidator(_printable), AfterValidator(_named)]
