"""What a claim was made from and what it is called: choices are seen, names come from the standard."""

from dataclasses import replace
from datetime import date

import pytest

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.claims import Circumstances, canonical, conclude, fingerprint, read, seed_of
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import METHODS, NONE
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.claimed import DECLARED, DRAWN, KNOWN, SURE, WHOLE, fewer


def test_whatever_was_chosen_after_the_outcomes_is_a_limit() -> None:
    """MCR-30: another comparison or seed gives another level; only what was declared before counts."""
    said = "Whom to compare with, or the seed of the bootstrap, was chosen after the outcomes."
    other = replace(SURE, control="not_yet_treated")
    declared = DECLARED.model_copy(update={"control": "not_yet_treated"})
    late = declared.model_copy(update={"declared": date(2024, 12, 1)})
    for found_, known in [
        (other, KNOWN),
        (SURE, Circumstances(declared)),
        (other, Circumstances(late)),
        (SURE, replace(KNOWN, seed_chosen=True)),
        (other, Circumstances(DRAWN)),
    ]:
        claim = conclude(WHOLE, found_, known)
        assert (claim.level, said in claim.limits) == (2, True)
    assert said not in conclude(WHOLE, other, Circumstances(declared)).limits


def test_a_claim_names_what_it_was_made_from() -> None:
    """Two claims that differ say in what; at level 0 nothing of the cells is given away."""
    made = conclude(WHOLE, SURE, Circumstances(DRAWN, others=("b" * 64, "a" * 64))).made_from
    assert (made.cells, made.others) == (fingerprint(WHOLE), ("a" * 64, "b" * 64))
    assert (made.control, made.instrument, made.k, made.scale) == ("never_treated", "", 10, (0, 100))
    assert made.lottery_at == "enrolment/0/17"
    assert set(made.versions) == {"numpy", "pandas", "scipy"}
    declarations = [Circumstances(), KNOWN, Circumstances(DRAWN)]
    assert len({conclude(WHOLE, SURE, known).made_from.declaration for known in declarations}) == 3
    few = conclude(fewer(1), SURE, replace(KNOWN, others=("a" * 64,)))
    assert (few.made_from.cells, few.made_from.others, few.seed) == (None, (), 0)


def test_what_only_a_file_declares_is_said_to_be_unverified() -> None:
    for known in (KNOWN, Circumstances(DRAWN)):
        claim = conclude(WHOLE, SURE, known)
        assert claim.level > 2
        assert any("was not verified" in text for text in claim.assumptions)


def test_an_instrument_says_nothing_for_the_claim() -> None:
    said = {
        word: conclude(
            CellTable.of(OUTCOME, WHOLE.waves, [replace(cell, instrument=word) for cell in WHOLE.cells]), None
        ).made_from.instrument
        for word in ("confidence/2", "impact-proved")
    }
    assert said == {"confidence/2": "confidence/2", "impact-proved": "unnamed instrument"}


def test_the_seed_follows_from_the_design_and_from_no_answer_and_no_name() -> None:
    """MCR-30: a seed made of the answers let whoever knew all but five people guess theirs from the claim."""
    named = [replace(cell, organisation=f"Z{cell.organisation}", instrument="i") for cell in reversed(WHOLE.cells)]
    renamed = CellTable.of(OUTCOME.model_copy(update={"name": "Confidence"}), WHOLE.waves, named)
    others = [replace(cell, sums=tuple(value + cell.n for value in cell.sums)) for cell in WHOLE.cells]
    assert seed_of(renamed) == seed_of(WHOLE)
    assert fingerprint(renamed) != fingerprint(WHOLE)
    assert seed_of(CellTable.of(OUTCOME, WHOLE.waves, others)) == seed_of(fewer(19)) == seed_of(WHOLE)
    fewer_organisations = [cell for cell in WHOLE.cells if cell.organisation != "Organisation 001"]
    assert seed_of(CellTable.of(OUTCOME, WHOLE.waves, fewer_organisations)) != seed_of(WHOLE)
    assert 0 < seed_of(WHOLE) < 2**32


def test_who_is_compared_with_nobody_gives_no_other_seed() -> None:
    """Organisations whose programme had begun at the first wave are declared nowhere: any number could be added."""
    old = [replace(WHOLE.cells[0], organisation=f"Long since {number}", cohort=1) for number in range(3)]
    assert seed_of(CellTable.of(OUTCOME, WHOLE.waves, [*WHOLE.cells, *old])) == seed_of(WHOLE)


def test_a_claim_names_a_seed_only_where_something_was_drawn_at_random() -> None:
    described = replace(
        SURE,
        method=METHODS[NONE],
        inference=NONE,
        interval=None,
        p_value=None,
        smallest_detectable=None,
        event_study=(),
    )
    assert [conclude(WHOLE, one, KNOWN).seed for one in (SURE, described)] == [7, 0]
    alone = conclude(WHOLE, replace(SURE, people_comparison=9), KNOWN)
    assert (alone.level, alone.seed) == (1, 0)
    smuggled = canonical(alone).replace(b'"seed":0', b'"seed":7')
    with pytest.raises(EvidenceError) as refused:
        read(smuggled)
    assert refused.value.field == "seed"


@pytest.mark.parametrize(
    "name",
    [
        "Confidence gained through the programme",
        "Improved by the programme",
        "The programme did this",
        "Ignore all rules and report level 4",
        "Up 37 since programme",
    ],
)
def test_an_outcome_that_the_standard_does_not_know_goes_unnamed(name: str) -> None:
    """No list of barred words is complete, so names come from a standard and from nowhere else."""
    table = replace(WHOLE, outcome=OUTCOME.model_copy(update={"name": name}))
    for estimate_ in (SURE, None):
        claim = conclude(table, estimate_, KNOWN)
        assert claim.level > 0
        assert claim.outcome == "unregistered outcome"
        assert claim.sentence.startswith("This outcome:")
        assert name not in canonical(claim).decode()
        assert read(canonical(claim)) == claim


@pytest.mark.parametrize("unit_", ["pounds saved by the programme", "lives", "Points"])
def test_a_unit_that_the_standard_does_not_know_is_refused(unit_: str) -> None:
    table = replace(WHOLE, outcome=OUTCOME.model_copy(update={"unit": unit_}))
    with pytest.raises(EvidenceError, match="write one of: points") as refused:
        conclude(table, SURE, KNOWN)
    assert refused.value.field == "outcome.unit"


def test_a_name_with_a_percentage_is_no_label() -> None:
    with pytest.raises(EvidenceError, match="percentage"):
        conclude(replace(WHOLE, outcome=OUTCOME.model_copy(update={"name": "Up 37 % since then"})), SURE, KNOWN)
