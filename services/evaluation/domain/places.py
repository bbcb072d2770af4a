"""Where a figure is counted: programme, cohort, organisation and group.

Guards that a figure has one home: what a fact says of these four is what it is counted under.
"""

Place = tuple[str, str, str, str]
"""Programme, cohort, organisation, group."""

ProjectPlace = tuple[str, str, str]
"""Programme, cohort, organisation: a change project belongs to no group of participants."""

CellKey = tuple[str, ...]
"""A place as the kernel sees it: the values of the cell's fields."""


def at_organisation(place: Place, organisation: str) -> Place:
    """Return the same programme, cohort and group at another organisation."""
    programme, cohort, _, group = place
    return (programme, cohort, organisation, group)
