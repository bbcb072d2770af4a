"""The one way in which facts are put together: of two facts about the same thing, the greater stays.

Guards law 3. Facts compare by version and then by everything else they say, which is a total order; keeping the
greatest is therefore associative, commutative and idempotent: a state depends on neither order nor repetition.
"""

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import force_setattr

from services.evaluation.projections.reading import Statement

S = TypeVar("S", bound=Struct)


def join(state: S, statement: Statement) -> S | None:
    """Return the state with the fact in it, or None if it knows as much or more already; `state` stays as it is."""
    known = getattr(state, statement.about)
    latest = known.get(statement.key)
    if latest is not None and statement.fact <= latest:
        return None
    facts = known.copy()
    facts[statement.key] = statement.fact
    changed: S = state.__copy__()  # type: ignore[attr-defined] # msgspec's own; copy.copy costs four times as much
    # Nobody else has seen the copy yet; setting it is half the cost of building the state anew.
    force_setattr(changed, statement.about, facts)
    return changed
