"""A return in counts: people by group, for each part of each indicator of an organisation and year.

Guards that the kinds of unknown ethnicity stay apart until they are counted, and that they are in the base of a share.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from services.evaluation.evidence.wres.figures import Part

GROUPS = ("white", "bme", "unknown")
"""The groups of a share of a workforce."""
HUNDRED = 100
Key = tuple[str, int, str, str]
"""Organisation, year, indicator, part."""


@dataclass
class Counted:
    """What was returned for one part of one indicator: people by group."""

    groups: dict[str, Part] = field(default_factory=dict)
    published: str = ""
    rebuilt: bool = False
    seen: set[str] = field(default_factory=set)
    """Groups and codes as written, to find rows that are there twice."""
    lists: set[str] = field(default_factory=set)
    local: dict[str, str] = field(default_factory=dict)
    """Codes of the sender's own, and the code of the list that each was read as."""

    percents: bool = False
    """Whether a percentage was given as well."""

    @property
    def per_hundred(self) -> bool:
        """Say whether both bases are 100, as where percentages stand for people, and no percentage beside them."""
        return not self.percents and {self.groups[group].base for group in ("white", "bme")} == {HUNDRED}

    def of(self, group: str) -> Part:
        """Return a group's counts; `unknown` is every kind of unknown together."""
        if group == "unknown":
            kinds = [part for name, part in self.groups.items() if name not in ("white", "bme")]
            count, base = sum(part.count for part in kinds), sum(part.base for part in kinds)
            if all(part.least is None for part in kinds):
                return Part(count, base)
            least, most = (sum(part.ends[at].base for part in kinds) for at in (0, -1))
            return Part(count, base, least, most)
        return self.groups[group]


@dataclass(frozen=True)
class Return:
    """A whole return, by organisation, year, indicator and part, in the order of the file."""

    file: str
    counted: Mapping[Key, Counted]

    @cached_property
    def _tables(self) -> dict[tuple[str, int, str], dict[Key, Counted]]:
        found: dict[tuple[str, int, str], dict[Key, Counted]] = {}
        for key, counted in self.counted.items():
            found.setdefault(key[:3], {})[key] = counted
        return found

    def beside(self, key: Key) -> Mapping[Key, Counted]:
        """Return all parts of the same indicator, organisation and year."""
        return self._tables.get(key[:3], {})

    def following(self) -> Iterator[tuple[Key, Key]]:
        """Return each part with the same part of the organisation's next return."""
        ordered = sorted(self.counted, key=lambda key: (key[0], key[2], key[3], key[1]))
        for key, after in pairwise(ordered):
            if (key[0], *key[2:]) == (after[0], *after[2:]):
                yield key, after


def share(counted: Counted) -> Part:
    """Return BME people among all, unknown ethnicity in the base."""
    bme = counted.of("bme").count
    return Part(bme, bme + counted.of("white").count + counted.of("unknown").count)


def percentages(shares: Iterable[Counted]) -> bool:
    """Say whether everybody of each of several shares is 100, or each group in all of them: as percentages add up.

    Give or take one, or one for every two shares: that is what rounding takes or adds.
    """
    every = list(shares)
    across = [abs(share(one).base - HUNDRED) <= 1 for one in every]
    down = [2 * abs(whole_of(every).of(group).count - HUNDRED) <= len(every) for group in ("white", "bme")]
    return len(every) > 1 and (all(across) or all(down))


def whole_of(parts: Iterable[Counted]) -> Counted:
    """Return the people of all parts together, such as the workforce: all bands."""
    every = list(parts)
    people = {group: sum(one.of(group).count for one in every) for group in GROUPS}
    return Counted({group: Part(count, count) for group, count in people.items()})
