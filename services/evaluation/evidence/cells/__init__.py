"""Cells: whole-number sums over people who share organisation, cohort, waves answered and instrument.

Guards that nothing but plain integers is added, taken away or merged, so that any order gives the same cells exactly,
and that a file of cells which no group of people can have produced is refused with its place.
"""

from services.evaluation.evidence.cells.cell import Cell, Histogram, Key
from services.evaluation.evidence.cells.fold import fold
from services.evaluation.evidence.cells.names import no_word, skeletons, trouble, twins
from services.evaluation.evidence.cells.reading import CELLS_FORMAT, NO_WAVE, Wave, is_wave, parse, written
from services.evaluation.evidence.cells.table import CellTable, Outcome, Then
from services.evaluation.evidence.cells.unscored import unscored

__all__ = [
    "CELLS_FORMAT",
    "NO_WAVE",
    "Cell",
    "CellTable",
    "Histogram",
    "Key",
    "Outcome",
    "Then",
    "Wave",
    "fold",
    "is_wave",
    "no_word",
    "parse",
    "skeletons",
    "trouble",
    "twins",
    "unscored",
    "written",
]
