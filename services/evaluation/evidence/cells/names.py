"""Names of organisations and instruments: one spelling each.

Guards that one organisation stays one: a blank at the end, another letter case, or a letter of another script that
looks the same would make several of it, and six organisations is what a claim of level three asks for.
"""

import re
import unicodedata
from collections.abc import Iterable

_WRITTEN = str.maketrans("01", "oi")
_STROKES, _DIGITS = str.maketrans("1I|", "lll"), str.maketrans("1|", "ll")


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
    """Return two names that differ in letter case, accents, the form of a dash or letters that look alike, or None."""
    seen: dict[tuple[int, str], str] = {}
    for name in sorted(set(names)):
        for key in enumerate(skeletons(name)):
            if (other := seen.setdefault(key, name)) != name:
                return other, name
    return None


def _scripts(name: str) -> list[str]:
    return sorted({unicodedata.name(letter, "?").split()[0].title() for letter in name if letter.isalpha()})


def skeletons(name: str) -> tuple[str, ...]:
    """Return what names that are one have in common, whatever the case of their letters and whatever they look like.

    A capital I looks like a 1 and a small l, a capital L like neither: ward I and ward L are two wards.
    """
    plain = "".join(_stroke(character) for character in unicodedata.normalize("NFKD", name))
    drawn = (_small(plain.translate(_STROKES)), _small(plain.translate(_DIGITS)))
    return tuple(text.translate(_WRITTEN) for text in (plain.casefold(), *drawn))


def _small(name: str) -> str:
    return "".join(character if character == "L" else character.casefold() for character in name)


def _stroke(character: str) -> str:
    kind = unicodedata.category(character)
    return "-" if kind == "Pd" else "'" if kind in ("Pf", "Pi") else "" if kind == "Mn" else character
