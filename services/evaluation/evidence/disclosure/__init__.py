"""Disclosure control: what may be published of counts of people, against an attacker who knows all that is public.

Guards that a release never lets a hidden figure be worked out, alone or beside the release before it.
"""

from services.evaluation.evidence.disclosure import kept
from services.evaluation.evidence.disclosure.kept import KEPT_FORMAT, Kept
from services.evaluation.evidence.disclosure.publication import RELEASE_FORMAT, csv, document, text
from services.evaluation.evidence.disclosure.releasing import Refusal, Release, release
from services.evaluation.evidence.disclosure.rules import HIDDEN, Figure, Rule, rule, rules
from services.evaluation.evidence.disclosure.tables import TABLES_FORMAT, Table, Tables, parse, written

__all__ = [
    "HIDDEN",
    "KEPT_FORMAT",
    "RELEASE_FORMAT",
    "TABLES_FORMAT",
    "Figure",
    "Kept",
    "Refusal",
    "Release",
    "Rule",
    "Table",
    "Tables",
    "csv",
    "document",
    "kept",
    "parse",
    "release",
    "rule",
    "rules",
    "text",
    "written",
]
