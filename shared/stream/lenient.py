"""Makes the Kafka client survive header names that are not UTF-8, in both directions.

Guards every partition against one hostile record: the client's reader raises on such a name, forgets what it read of
the batch and fetches the same bytes again for ever, for every topic of the same consumer. The broker does not look at
names.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy, _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

from shared.stream.record import Headers, raw

_MAGIC = 2


class _AnyText(bytearray):
    """Bytes whose every slice decodes; what is not UTF-8 becomes surrogates, from which the bytes come back."""

    def __getitem__(self, index: Any) -> Any:
        part = super().__getitem__(index)
        return part if isinstance(part, int) else _AnyText(part)

    def decode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
        return bytes(self).decode(encoding, errors if errors != "strict" else "surrogateescape")


class _Batch:
    """A batch that is read the fast way, and once more the lenient way where a name is not UTF-8."""

    def __init__(self, fast: Any, data: bytes) -> None:
        self._fast = fast
        self._data = data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fast, name)

    def __next__(self) -> Any:
        return next(self._fast)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._fast))
        except UnicodeDecodeError:
            return iter(_leniently(self._data))


def _leniently(data: bytes) -> list[Any]:
    batch: Any = _DefaultRecordBatchPy(data)
    iter(batch)  # uncompresses
    batch._buffer = _AnyText(batch._buffer)  # noqa: SLF001 - the reader has no seam for it
    return list(batch)


class LenientRecords(_MemoryRecordsPy):  # type: ignore[misc] # the client has no types
    """Fetched bytes, batch by batch."""

    def next_batch(self, *args: Any, **options: Any) -> Any:
        """Return the next batch, readable whatever its header names are."""
        data = None if self._next_slice is None else bytes(self._next_slice)
        batch = super().next_batch(*args, **options)
        return _Batch(batch, data) if data is not None and data[self.MAGIC_OFFSET] >= _MAGIC else batch


class _RawName(str):
    """A header name that is written as the bytes it was read from."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> bytes:
        del encoding, errors
        return raw(str(self))


class RawBatch(BatchBuilder):  # type: ignore[misc] # the client has no types
    """One record that the client's fast writer refuses: header names that are not UTF-8, or neither key nor value."""

    def __init__(self, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        super().__init__(0, 0)
        self._builder = _DefaultRecordBatchBuilderPy(_MAGIC, 0, 0, -1, -1, 0, 0)
        self.append(key=key, value=value, timestamp=None, headers=[(_RawName(name), what) for name, what in headers])
        self.close()

    def _set_producer_state(self, producer_id: int, producer_epoch: int, base_sequence: int) -> None:
        self._builder.set_producer_state(producer_id, producer_epoch, base_sequence)


def needs_raw(key: bytes | None, value: bytes | None, headers: Headers) -> bool:
    """Tell whether a record can only be written as a `RawBatch`."""
    return (key is None and value is None) or any(not _is_text(name) for name, _ in headers)


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)


def install() -> None:
    """Let every consumer of this process read leniently; may be called again."""
    fetcher.MemoryRecords = LenientRecords
