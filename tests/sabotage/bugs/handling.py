"""To be written.

Guards.
"""

from tests.sabotage.sabotage import Sabotage

SABOTAGES: tuple[Sabotage, ...] = ()
