"""The pure domains of the four services in one room: commands in, facts on logs, folds that may die and begin again."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from services.engagement.domain import learners as joins
from services.engagement.domain.learners import Learner
from services.engagement.domain.papers import tell
from shared.errors import RefusedError
from shared.events import Fact
from shared.events.enrolment import ParticipantEnrolled, ParticipantMoved, ParticipantWithdrawn, SubjectErased
from shared.projector.partition import Partition
from shared.projector.storage import digest
from tests.unit.evaluation.stories import wire

NOW = datetime(2030, 1, 1, tzinfo=UTC)
START = date(2024, 1, 1)


@dataclass
class Arrived:
    """A record of a log, as a fold meets it."""

    topic: str
    offset: int
    value: bytes
    partition: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass
class Logs:
    """Everything that was said, by topic, in order."""

    facts: dict[str, list[Fact]] = field(default_factory=dict)
    records: dict[str, list[Arrived]] = field(default_factory=dict)

    def say(self, facts: Sequence[Fact]) -> None:
        """Append facts to the topics they belong to."""
        for fact in facts:
            lying = self.records.setdefault(fact.topic, [])
            lying.append(Arrived(fact.topic, len(lying), wire(fact)))
            self.facts.setdefault(fact.topic, []).append(fact)

    def all(self, topics: Sequence[str]) -> list[Fact]:
        """Return the facts of some topics."""
        return [fact for topic in topics for fact in self.facts.get(topic, [])]


class Evaluating:
    """One projection in a process that may die: all that survives is its last checkpoint."""

    def __init__(self, projection: Any, logs: Logs) -> None:
        self.projection, self._logs = projection, logs
        self.live: Partition[Any] = Partition(0, projection)
        self._stored = self._frozen()

    def deliver(self, topic: str, most: int) -> None:
        """Fold what comes next of a topic, with the record before it as after a takeover."""
        position = self.live.positions.get(topic, 0)
        self.live.fold(topic, self._logs.records.get(topic, [])[max(position - 1, 0) : position + most])

    def checkpoint(self) -> None:
        """Keep everything as it is now."""
        self.live.count()
        self._stored = self._frozen()
        self.live.written()

    def crash(self) -> None:
        """Lose everything since the last checkpoint."""
        self.live = self._thawed()

    def catch_up(self) -> None:
        """Fold everything that was said."""
        for topic in self.projection.topics:
            self.deliver(topic, len(self._logs.records.get(topic, [])))
        self.checkpoint()

    def cells(self) -> dict[tuple[str, ...], dict[str, int]]:
        """Return the figures that are not nought."""
        told = {key: {name: one for name, one in cell.items() if one} for key, cell in self.live.cells.items()}
        return {key: cell for key, cell in told.items() if cell}

    def folded_again(self) -> bool:
        """Tell whether a fold from zero gives the same, by hash."""
        fresh = Evaluating(self.projection, self._logs)
        fresh.catch_up()
        return digest(fresh.live) == digest(self.live)

    def _frozen(self) -> dict[str, Any]:
        pages = {number: self.projection.pack(dict(states)) for number, states in self.live.pages.items()}
        kept = {name: deepcopy(getattr(self.live, name)) for name in ("positions", "last", "counts", "cells")}
        return {"pages": pages, **kept}

    def _thawed(self) -> Partition[Any]:
        partition: Partition[Any] = Partition(0, self.projection)
        for name in ("positions", "last", "counts", "cells"):
            setattr(partition, name, deepcopy(self._stored[name]))
        partition.pages = {number: self.projection.unpack(page) for number, page in self._stored["pages"].items()}
        return partition


class Engaging:
    """Engagement's people, as it has heard of them: every fact at least once, in order, some of them again."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self.learners: dict[str, Learner] = {}
        self.versions: dict[str, int] = {}
        self.heard: list[Fact] = []
        self._position = 0

    def learner(self, person: str) -> Learner:
        """Return what is known of a person."""
        return self.learners.get(person) or Learner(participant=person)  # type: ignore[arg-type]

    def save(self, changed: dict[str, Learner]) -> None:
        """Keep changed learners and tell what is news of them."""
        for person, learner in changed.items():
            told, facts = tell(learner, self.versions.get(person, 0) + 1)
            self._keep(person, told, facts)

    def say(self, person: str, learner: Learner, fact: Fact) -> None:
        """Keep a learner with a fact that was decided already."""
        self._keep(person, learner, (fact,))

    def _keep(self, person: str, learner: Learner, facts: Sequence[Fact]) -> None:
        self.versions[person] = self.versions.get(person, 0) + 1
        self.learners[person] = learner
        self._logs.say(facts)

    def hear(self, most: int) -> None:
        """Hear what comes next from enrolment."""
        coming = self._logs.facts.get("enrolment.events", [])[self._position : self._position + most]
        for fact in coming:
            self._position += 1
            self._join(fact)
        self.heard += coming

    def go_back(self, records: int) -> None:
        """Hear some facts again: the process died before it could say how far it was."""
        self._position = max(0, self._position - records)
        again = len(self.heard) - self._position
        if again > 0:
            for fact in self._logs.facts["enrolment.events"][self._position : self._position + again]:
                self._join(fact)
            self._position += again

    def _join(self, fact: Any) -> None:
        person = getattr(fact, "participant", "")
        joined = _joined(self.learner(person), fact)
        if joined is not self.learner(person) and joined != self.learner(person):
            self.save({person: joined})


def _joined(learner: Learner, fact: Any) -> Learner:
    match fact:
        case ParticipantEnrolled():
            return joins.enrolled(learner, fact)
        case ParticipantWithdrawn():
            return joins.withdrawn(learner, fact)
        case ParticipantMoved():
            return joins.moved(learner, fact)
        case SubjectErased():
            return joins.erased(learner)
    return learner


def accepted(decide: Callable[[], Any]) -> Any:
    """Return what was decided, or None for a refusal."""
    try:
        return decide()
    except RefusedError:
        return None
