"""Words: finding those that a level may not say, and names from outside that would say them for us.

Guards that letter case, accents, line breaks, invisible characters and letters of other scripts hide no word.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from services.evaluation.evidence.errors import EvidenceError

_BESIDE_LETTERS = {"name": " -',/()%?0123456789", "unit": " -/%"}
_LONG = 6
_LONGEST = {"name": 120, "unit": 40}


def found(text: str, barred: Iterable[str]) -> list[str]:
    """Return which of the barred words a text contains; `*` at a word's end stands for the rest of it."""
    plain = _plain(text)
    return [words for words in barred if _pattern(words).search(plain)]


def hidden(text: str, barred: Iterable[str]) -> bool:
    """Return whether a barred word is in a text, long ones also when spaced out or grown into another word."""
    letters = _letters(text)
    stems = (_letters(words) for words in barred if " " not in words)
    return bool(found(text, barred)) or any(len(stem) >= _LONG and stem in letters for stem in stems)


def label(text: str, kind: str, verdicts: Iterable[str]) -> str:
    """Return an outcome's name or unit (`kind`) with single spaces; raises EvidenceError for what is none.

    A label is one line of Latin letters with a few signs between them: no sentence, no markup, no verdict.
    """
    field = f"outcome.{kind}"
    joined = unicodedata.normalize("NFKC", text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip(" ")
    if not any(character.isalpha() or character == "%" for character in joined) or len(joined) > _LONGEST[kind]:
        raise EvidenceError(f"must have letters, and at most {_LONGEST[kind]} characters", field=field)
    if any(not _latin(character) and character not in _BESIDE_LETTERS[kind] for character in joined):
        raise EvidenceError(f"may hold Latin letters and {_BESIDE_LETTERS[kind]!r} only", field=field)
    if re.search(r"[0-9] ?%", joined):
        raise EvidenceError("may hold no percentage; call it by what was asked", field=field)
    if said := found(joined, verdicts):
        raise EvidenceError(f"passes a verdict ({said[0].rstrip('*')}); call it by what was asked", field=field)
    return re.sub(" +", " ", joined)


def _latin(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN ")


def _plain(text: str) -> str:
    """Return a text in small letters without accents and invisible characters, any space as one."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    kept = (character for character in apart if unicodedata.category(character) not in {"Mn", "Cf"})
    return " ".join("".join(kept).split())


def _letters(text: str) -> str:
    return "".join(character for character in _plain(text) if character.isalpha())


@cache
def _pattern(words: str) -> re.Pattern[str]:
    stems = [re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words.split()]
    return re.compile(r"(?<!\w)" + r"\W+".join(stems) + r"(?!\w)")
