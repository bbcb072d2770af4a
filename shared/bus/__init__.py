"""Reactions: what a service does when somebody else states a fact or an outside system publishes a record.

Guards that each record of each reaction takes effect once or is kept with its exact bytes, in order for each subject,
and that nothing is acknowledged before that.
"""

from shared.bus.bus import Bus
from shared.bus.delivery import Delivery
from shared.stream import Publisher, Record

__all__ = ["Bus", "Delivery", "Publisher", "Record"]
