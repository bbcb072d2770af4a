"""Documents as they were loaded: papers to decide on, and the versions that a save expects.

Guards that a decision is saved only over the versions it was made on, and that a learner's facts carry the version
their document will have.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.engagement.domain.kept import IDENTIFIERS, LEARNERS, MATCHES, STATEMENTS, body
from services.engagement.domain.papers import Papers, tell
from services.engagement.domain.state import State
from shared.events import Fact
from shared.outbox import Change

Events = Mapping[str, tuple[Fact, ...]]
"""Facts to be stated by participant."""


@dataclass(frozen=True)
class Loaded:
    """The version at which a document was loaded; 0 when there was none."""

    version: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True)
class Held:
    """Papers and the versions they were loaded at, by collection and id."""

    papers: Papers = field(default_factory=Papers)
    versions: Mapping[tuple[str, str], Loaded] = field(default_factory=dict)

    def with_papers(self, other: "Held") -> "Held":
        """Return both together."""
        one, two = self.papers, other.papers
        papers = Papers(
            learners={**one.learners, **two.learners},
            statements={**one.statements, **two.statements},
            matches={**one.matches, **two.matches},
            identifiers={**one.identifiers, **two.identifiers},
        )
        return replace(self, papers=papers, versions={**self.versions, **other.versions})

    def next_version(self, participant: str) -> int:
        """Return the version that a learner's document will have."""
        return self.versions[LEARNERS, participant].version + 1

    def told(self, after: Papers) -> tuple[Papers, dict[str, tuple[Fact, ...]]]:
        """Return the papers and what is to be told of every learner that changed."""
        events: dict[str, tuple[Fact, ...]] = {}
        for participant, learner in after.learners.items():
            if learner != self.papers.learners[participant]:
                learner, facts = tell(learner, self.next_version(participant))  # noqa: PLW2901 - the same learner, told
                after, events[participant] = after.learner(learner), facts
        return after, events

    def changes(self, after: Papers, events: Events) -> list[Change]:
        """Return a change for every document that is different now."""
        before, found = dict(_states(self.papers)), []
        for (collection, name), state in _states(after):
            if state != before.get((collection, name)):
                loaded = self.versions[collection, name]
                facts = events.get(name, ()) if collection == LEARNERS else ()
                found.append(Change(collection, name, body(collection, state), loaded.version, facts, loaded.saved_at))
        return found


def _states(papers: Papers) -> Iterator[tuple[tuple[str, str], State]]:
    lying: list[tuple[str, Mapping[Any, State]]] = [
        (LEARNERS, papers.learners),
        (STATEMENTS, papers.statements),
        (MATCHES, papers.matches),
        (IDENTIFIERS, papers.identifiers),
    ]
    for collection, states in lying:
        for name, state in states.items():
            yield (collection, name), state
