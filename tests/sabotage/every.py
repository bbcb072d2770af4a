"""Every sabotage, in the order of the way of a fact.

Guards that a sabotage which is written down is also tried: each room of bugs is named here.
"""

from tests.sabotage.bugs import folding, guarding, handling, saving, sending
from tests.sabotage.sabotage import Sabotage

SABOTAGES: tuple[Sabotage, ...] = (
    *saving.SABOTAGES,
    *sending.SABOTAGES,
    *handling.SABOTAGES,
    *folding.SABOTAGES,
    *guarding.SABOTAGES,
)
