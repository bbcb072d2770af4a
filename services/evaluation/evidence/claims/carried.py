"""Carried: the names that a claim brings along, of instrument, standards and libraries, are words and no sentences.

Guards that nobody says in a claim's origin what its level may not say.
"""

import re
from collections.abc import Mapping

from services.evaluation.evidence.cells import no_word
from services.evaluation.evidence.claims.claim import Claim
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.origin import UNNAMED
from services.evaluation.evidence.claims.words import hidden

_WORD = re.compile(r"[A-Za-z0-9._/+-]{1,60}")


def instrument_is_named(claim: Claim) -> bool:
    """Return whether the instrument is one that cells can have, or goes unnamed."""
    name = claim.made_from.instrument
    return name == UNNAMED or (no_word(name) is None and not hidden(name, ladder().may_not(1)))


def standards_are_named(claim: Claim) -> bool:
    """Return whether standards and their versions are words that the claim's level may say."""
    return _are_words(claim.standards, claim)


def versions_are_named(claim: Claim) -> bool:
    """Return likewise of libraries and their versions."""
    return bool(claim.made_from.versions) and _are_words(claim.made_from.versions, claim)


def library_is_named(claim: Claim) -> bool:
    """Return likewise of the one library that estimated: its name, a blank and its version."""
    name, _, version = claim.library.partition(" ")
    return _are_words({name: version}, claim)


def _are_words(names: Mapping[str, str], claim: Claim) -> bool:
    every = [word for pair in names.items() for word in pair]
    return all(_WORD.fullmatch(word) and not hidden(word, ladder().may_not(claim.level)) for word in every)
