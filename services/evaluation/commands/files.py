"""Reading what somebody hands over, text and JSON, and writing what they asked for, or a sentence about why not.

Guards that a file that is missing, not text or not JSON is named, with its line where there is one, and that nothing is
left half written.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.evaluation.evidence import documents
from services.evaluation.evidence.errors import EvidenceError


def seen(text: str) -> str:
    """Return a text for a terminal: what could not be seen, or would move the cursor, is spelt out."""
    return "".join(
        character if character.isprintable() or character == "\n" else ascii(character)[1:-1] for character in text
    )


def columns(named: Mapping[str, str]) -> str:
    """Return the columns of a CSV file with what is in them, for a help text: a line each."""
    return "\n".join(f"  {name:<13}{what}" for name, what in named.items())


def content(path: Path) -> bytes:
    """Return what is in a file, as far as is needed to see that it is too large; EvidenceError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(documents.LARGEST + 1)
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=str(path)) from error


def write(path: Path, content: str) -> None:
    """Write whole or not at all, readable by its owner only; EvidenceError if it cannot be written."""
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(content)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise EvidenceError(f"cannot be written: {error.strerror}", file=str(path)) from error


def text(path: Path) -> str:
    """Return a file's text, without the mark that spreadsheets put in front; EvidenceError if it has none."""
    return documents.plain(content(path), str(path)).replace("\r\n", "\n").replace("\r", "\n")


def document(path: Path) -> Any:
    """Return a file's JSON; a name written twice is an error, because one of the two would silently be lost."""
    return documents.loads(content(path), str(path))
