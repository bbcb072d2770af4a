"""Which parts of an indicator, or which organisations, add up to others: then one is had from the others.

Guards that a sum is seen although somebody is in two of its parts, or one group has slipped: people in two parts are
few, and the other group still gives the hidden number.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import cache
from itertools import compress, product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

MOST = 10
"""Of more it is not tried whether some add up to others: three to the power of their number would do so by chance."""
Columns = Sequence[Sequence[int]]
"""People of white, BME and perhaps unknown ethnicity; of each group, in a row, those counted and perhaps those not."""
Name = TypeVar("Name", bound=Hashable)


def sums(
    people: Mapping[Name, Columns], hidden: Collection[Name], k: int, whole: Name | None = None
) -> list[frozenset[Name]]:
    """Return who adds up: sets of names of which some, on one side, have the people of the others.

    Exactly, in every column, whoever they are. Of sums with a hidden one, those within k as well, or with one group
    exactly: the fewer columns there are, the more of this is asked, because numbers agree by chance. All parts together
    are the whole, which is no news, and so is a whole that a few parts nearly fill; where all fill it nobody is in two.
    """
    names = list(people)
    numbers = np.array([people[name] for name in names], dtype=float)
    signs = _signs(len(names))
    off, size = (np.abs(np.tensordot(each, numbers, 1)) for each in (signs, np.abs(signs)))
    exact, near = (off == 0).all(axis=(1, 2)), (off < k).all(axis=(1, 2))
    group = ((off == 0).all(axis=2) & (size.sum(axis=2) >= 2 * k))[:, :2].any(axis=1)
    alone = np.minimum((signs > 0).sum(axis=1), (signs < 0).sum(axis=1)) == 1
    groups, columns = numbers.shape[1:]
    if groups > len(("white", "bme")):
        loose = alone & near & group
    elif columns == 1:
        loose = alone & (near | group)
    else:
        loose = near | (alone & group)
    loose &= (signs[:, [name in hidden for name in names]] != 0).any(axis=1)
    if whole is not None:
        at = names.index(whole)
        by_itself = (signs * signs[:, [at]] > 0).sum(axis=1) == 1
        exact &= ~(by_itself & (signs != 0).all(axis=1))
        rest = 2 * numbers[at] - numbers.sum(axis=0)
        loose &= ~(by_itself & ((signs != 0).all(axis=1) | bool((rest >= 0).all()))) & bool((rest != 0).any())
    return [frozenset(compress(names, row)) for row in signs[exact | loose]]


@cache
def _signs(size: int) -> NDArray[np.float64]:
    """Return every way of putting some of so many on one side and some on the other, three of them at least."""
    few = 3
    found = [
        signs
        for signs in product((0, 1, -1), repeat=size)
        if size - signs.count(0) >= few and -1 in signs and next(sign for sign in signs if sign) == 1
    ]
    return np.array(found, dtype=np.float64).reshape(-1, size)
