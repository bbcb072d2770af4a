"""Reading what somebody hands over: text and JSON, or a sentence about why not.

Guards that a file that is missing, not text or not JSON is named, with its line where there is one.
"""

import json
from pathlib import Path
from typing import Any

from services.evaluation.evidence.errors import EvidenceError


def text(path: Path) -> str:
    """Return a file's text, without the mark that spreadsheets put in front; EvidenceError if it has none."""
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=str(path)) from error
    except UnicodeDecodeError as error:
        raise EvidenceError("not text in UTF-8", file=str(path)) from error


def document(path: Path) -> Any:
    """Return a file's JSON; a name written twice is an error, because one of the two would silently be lost."""
    try:
        return json.loads(text(path), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise EvidenceError(f"not JSON: {error.msg}", file=f"{path}:{error.lineno}") from error
    except RecursionError as error:
        raise EvidenceError("not JSON: nested too deeply", file=str(path)) from error
    except EvidenceError as error:
        raise error if error.file else error.inside(str(path)) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise EvidenceError("written twice", field=name)
        found[name] = value
    return found
