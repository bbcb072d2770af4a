"""Names of organisations and instruments: one spelling each.

Guards that one organisation stays one: a blank at the end, another letter case, or a letter of another script that
looks the same would make several of it, and six organisations is what a claim of level three asks for.
"""

import re
import unicodedata
from collections.abc import Iterable


def trouble(name: str) -> str | None:
    """Return what is wrong with a name and what to do, or None."""
    if not name.isprintable():
        return "holds characters that cannot be seen; take them out"
    if name != " ".join(name.split(" ")).strip() or "  " in name or not name:
        return "must not begin or end with a blank, be empty, or hold two blanks in a row"
    if name != unicodedata.normalize("NFKC", name):
        return f"must be written in plain characters: {unicodedata.normalize('NFKC', name)!r}"
    if len(scripts := _scripts(name)) > 1:
        return f"mixes letters that look alike ({', '.join(scripts)}); write it with letters of one script"
    return None


def no_word(instrument: str) -> str | None:
    """Return what is wrong with an instrument's name, which claims carry, and what to do, or None.

    One word such as confidence/2: a sentence there would be said by the claim.
    """
    return None if re.fullmatch("[A-Za-z0-9._/-]{0,60}", instrument) else "must be one word such as confidence/2"


def twins(names: Iterable[str]) -> tuple[str, str] | None:
    """Return two names that differ in letter case, accents or the form of a dash only, or None."""
    seen: dict[str, str] = {}
    for name in sorted(set(names)):
        if (other := seen.setdefault(_skeleton(name), name)) != name:
            return other, name
    return None


def _scripts(name: str) -> list[str]:
    return sorted({unicodedata.name(letter, "?").split()[0].title() for letter in name if letter.isalpha()})


def _skeleton(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    kinds = [(unicodedata.category(character), character) for character in apart]
    return "".join("-" if kind == "Pd" else "'" if kind in ("Pf", "Pi") else c for kind, c in kinds if kind != "Mn")
