"""The stream as bytes: records as they are, a producer that cannot hang, a reader from begin to end.

Guards that every record can be read and written exactly, whatever a publisher put into it, and that nobody above knows
the Kafka client.
"""

from shared.stream import lenient
from shared.stream.publisher import SMALL_BATCH_BYTES, Publisher
from shared.stream.record import Record

__all__ = ["SMALL_BATCH_BYTES", "Publisher", "Record"]

lenient.install()
