"""Which bands of a standard a return has, by their names.

Guards that all bands together are taken for the whole workforce only where each is there once: a name that says more
than a band ("band 5 nurses") may be some of its people, and is none.
"""

import re
from collections.abc import Iterable, Sequence

Spellings = Sequence[str]


def missing(names: Iterable[str], bands: Sequence[Spellings]) -> tuple[str, ...]:
    """Return the standard's bands that no name is of, each as it is spelt first."""
    found = {place for name in names for place in _places(name, bands)}
    return tuple(spellings[0] for place, spellings in enumerate(bands) if place not in found)


def are_all(names: Iterable[str], bands: Sequence[Spellings]) -> bool:
    """Return whether the names are those of all bands, each once, and of nothing else; no where none are listed."""
    each = [_places(name, bands) for name in names]
    places = sorted(place for found in each for place in found)
    return bool(bands) and all(each) and places == list(range(len(bands)))


def _places(name: str, bands: Sequence[Spellings]) -> range:
    """Return where a band stands in the standard's order, or several: "Band 5", "8a", "Bands 1 to 4"."""
    at = {spelling.casefold(): place for place, spellings in enumerate(bands) for spelling in spellings}
    ends = [at.get(end, -1) for end in re.split(r" to | ?[-–] ?", re.sub(r"^bands? ", "", name.casefold()))]  # noqa: RUF001 # a dash as people write it
    return range(ends[0], ends[-1] + 1) if min(ends) >= 0 and len(ends) <= len(("from", "to")) else range(0)
