"""Names in tables: what may be one, and when two of them are the same.

Guards that capitals, blanks or another way of writing a letter never make two names of one thing, so that tables of the
same people cannot miss one another; that names which look alike are told; and that no name, as it looks, passes for a
total, for a hidden figure or for a formula.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from services.evaluation.evidence.cells import skeletons

RESERVED = ("all", "hidden", "[c]")
"""What stands for a total and for a hidden figure in what is published."""
_LONGEST = 120
_CODE = re.compile("[A-Za-z][0-9]+")
"""A letter and a number, as wards and floors have them: A11 stands between A10 and A12, and is read so."""
_FORMULAS = ("=", "+", "-", "@")
_LATIN = str.maketrans(
    "асеорхуіјѕһԁԛԝӏкАВЕКМНОРСТУХІЈЅԚԜοικνραυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ−",  # noqa: RUF001 # the letters that look like those below
    "aceopxyijshdqwlkABEKMHOPCTYXIJSQWoikvpauxABEZHIKMNOPTYX-",
    "\u115f\u1160\u3164\uffa0\u2800",
)
"""Letters of other scripts as they look in ours; fillers, which look like nothing, are left out."""


def plain(name: str) -> str:
    """Return a name as it is compared: one way of writing each letter, no capitals, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def written_twice(names: Iterable[str]) -> str | None:
    """Return the first name that is there twice, capitals and blanks aside; None where there is none."""
    counted = Counter(map(plain, names))
    return next((name for name, times in counted.items() if times > 1), None)


def lookalikes(names: Iterable[str]) -> tuple[str, str] | None:
    """Return two names that are compared as different and look alike, or None."""
    seen: dict[tuple[int, str], str] = {}
    for name in sorted(set(names)):
        for look in _looks(name):
            if plain(seen.setdefault(look, name)) != plain(name):
                return seen[look], name
    return None


def _looks(name: str) -> set[tuple[int, str]]:
    shown = unicodedata.normalize("NFKC", name).translate(_LATIN)
    return {(kind, " ".join(look.split())) for kind, look in enumerate(skeletons(shown))}


def _printable(name: str) -> str:
    if not name.isprintable() or len(name) > _LONGEST:
        raise ValueError(f"has to be at most {_LONGEST} printable characters on one line")
    if any(look.startswith(_FORMULAS) for _, look in _looks(name)):
        raise ValueError("begins with a sign that spreadsheets take for a formula; write it without")
    return name


def _named(name: str) -> str:
    if not plain(name):
        raise ValueError("is empty; give it a name")
    if not _CODE.fullmatch(name) and any(not _looks(name).isdisjoint(_looks(kept)) for kept in RESERVED):
        raise ValueError(f"{', '.join(RESERVED)} are kept for totals and hidden figures; choose another name")
    return name


Words = Annotated[str, AfterValidator(_printable)]
"""Words for reading; they may be empty."""
Name = Annotated[str, Field(min_length=1), AfterValidator(_printable), AfterValidator(_named)]
