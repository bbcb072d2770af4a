"""What evaluation says on the stream."""

from typing import ClassVar, Literal

from shared.events.facts import Fact, Identifier

TOPIC = "evaluation.events"


class EvaluationErasureConfirmed(Fact):
    """Evaluation's figures hold nothing of an erased person any more."""

    type: ClassVar[str] = "evaluation.subject.erasure_confirmed.v1"
    topic: ClassVar[str] = TOPIC
    participant: Identifier
    service: Literal["evaluation"] = "evaluation"
