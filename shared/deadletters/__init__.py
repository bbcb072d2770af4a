"""Dead letters: what could not be handled, kept with its exact bytes until somebody decides.

Guards P7: nothing is lost, what is sent again is sent in order and takes effect once, and every decision has an actor
and a reason.
"""

from shared.deadletters.parked import Parked
from shared.deadletters.writer import DeadLetters

__all__ = ["DeadLetters", "Parked"]
