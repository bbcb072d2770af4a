"""What can be counted from outside: one place that names every metric and its labels.

Guards that labels are words of the deployment (services, topics, outcomes), never people or organisations, so that
a metric cannot identify anybody and the number of series stays bounded.
"""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

CONSUMED = Counter(
    "groundswell_consumed_total",
    "Records consumed, by what became of them: applied, duplicate, parked or skipped.",
    ["service", "reaction", "outcome"],
)
COMMANDS = Counter(
    "groundswell_command_total",
    "Commands answered, by outcome: accepted, replayed, refused, unavailable or failed.",
    ["service", "outcome"],
)
REQUEST_SECONDS = Histogram(
    "groundswell_request_seconds",
    "Time to answer a request, by method and route.",
    ["service", "method", "route"],
)
OUTBOX_BACKLOG = Gauge("groundswell_outbox_backlog", "Events that wait to be sent.", ["service"])
RELAY_SENT = Counter(
    "groundswell_relay_sent_total",
    "Events handed to the broker, by outcome: sent or failed.",
    ["service", "outcome"],
)
PROJECTION_LAG = Gauge(
    "groundswell_projection_lag",
    "Records that a projection has not folded yet.",
    ["service", "projection", "topic", "partition"],
)
CHECKPOINT_SECONDS = Histogram(
    "groundswell_checkpoint_seconds", "Time to write a checkpoint.", ["service", "projection"]
)
LOG_TROUBLE = Counter(
    "groundswell_log_trouble_total",
    "Offsets that a reaction did not find, by kind: missing or began-again (a person has to look), gap (harmless).",
    ["service", "reaction", "kind"],
)

CONTENT_TYPE = CONTENT_TYPE_LATEST


def render() -> bytes:
    """Return all metrics of this process in Prometheus' text format."""
    return generate_latest()
