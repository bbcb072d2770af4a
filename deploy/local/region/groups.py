"""Which of a programme's invited groups people of a kind of organisation belong to (MCR-14 to MCR-17, REC-5).

Guards that a group comes from the catalogue: what is said here is only a preference among the groups that exist.
"""

from collections.abc import Sequence

from deploy.local.region.catalogue import Cohort

_NEIGHBOURHOODS = ("tan-north", "tan-central", "tan-south")
_PREFERRED: dict[str, tuple[str, ...]] = {
    "acute_trust": ("acute-trust", "tan-central", "nhs-providers"),
    "mental_health_trust": ("local-care-organisation", "tan-north", "nhs-providers"),
    "integrated_care_board": ("integrated-care-partnership", "task-force", "commissioning"),
    "council": (
        "senior-management-team",
        "senior-leadership-group",
        "directorate-equality-leads",
        "task-force",
        "local-government",
    ),
    "university": ("task-force", "education-and-housing"),
    "housing_provider": ("housing-providers", "tan-south", "education-and-housing"),
    "charity": (*_NEIGHBOURHOODS, "third-sector"),
    "primary_care": ("primary-care", "tan-north"),
}


def groups_for(cohort: Cohort, kind: str) -> Sequence[str]:
    """Return the groups of the cohort from which such an organisation sends people."""
    fitting = [group for group in _PREFERRED.get(kind, ()) if group in cohort.groups]
    return fitting or cohort.groups
