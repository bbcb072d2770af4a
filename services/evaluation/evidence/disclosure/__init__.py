"""Disclosure control: what may be published of counts of people, against an attacker who knows all that is public.

Guards that a release never lets a hidden figure be worked out, alone or beside the release before it.
"""

from services.evaluation.evidence.disclosure.publication import RELEASE_FORMAT, document, text
from services.evaluation.evidence.disclosure.releasing import Refusal, Release, release
from services.evaluation.evidence.disclosure.rules import HIDDEN, Figure, Rule, rule, rules
from services.evaluation.evidence.disclosure.tables import TABLES_FORMAT, Table, Tables, parse, written

__all__ = [
    "HIDDEN",
    "RELEASE_FORMAT",
    "TABLES_FORMAT",
    "Figure",
    "Refusal",
    "Release",
    "Rule",
    "Table",
    "Tables",
    "document",
    "parse",
    "release",
    "rule",
    "rules",
    "text",
    "written",
]
