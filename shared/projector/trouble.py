"""What ends a projector that cannot go on exactly.

Guards that a log which is not what it was is met as one kind of error, whoever notices it.
"""


class LogTroubleError(Exception):
    """The log no longer holds what comes next; going on would lose records without a trace.

    It was deleted, made again, or cut by retention. An operator decides: restore the topic, or accept a rebuild of what
    is left (docs/operations.md).
    """
