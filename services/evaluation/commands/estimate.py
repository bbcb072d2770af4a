"""`estimate`: from cells to the claim they allow, with what may be shown beside it.

Guards that nothing is printed but what the room of claims hands out: no figure of the estimate itself, which may be
more than the data hold.
"""

import argparse
import sys
from pathlib import Path

from services.evaluation.commands import files, saying, together
from services.evaluation.commands.seeds import seed
from services.evaluation.evidence.cells import CellTable, parse
from services.evaluation.evidence.change import elsewhere
from services.evaluation.evidence.claims import (
    WITHHELD,
    Circumstances,
    Claim,
    Declaration,
    beside,
    check_outcome,
    conclude,
    declaration,
    described,
    later_recognisable,
    looking_back,
    moved,
    outcomes,
    seed_of,
    told,
)
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import MEANS, NO_SPREAD, Estimate, Options, estimate

_LATER = (
    "beside those who never begin, those who begin later are so few organisations that one could be recognised; "
    "compare with never_treated"
)
_FEW = (
    "the people or organisations of a side, or those who are left to be compared at some of the waves, are too few to "
    "show, or nearly all of one organisation, or nearly all of them changed alike"
)
_NOTHING_FOUND = 1.0
"""The p-value of another outcome whose people could be those that suit: it leaves the others no larger threshold."""
HELP = "say what the cells of an outcome allow to be said of it"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("cells", type=Path, nargs="+", metavar="FILE", help="cells, one outcome a file")
    choices(parser)
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def choices(parser: argparse.ArgumentParser) -> None:
    """Declare the options by which a claim of the same cells becomes another one."""
    parser.add_argument("--outcome", help="the name of the outcome; needed with several files")
    parser.add_argument("--declaration", type=Path, metavar="FILE", help="protocol, outcomes and lottery, as declared")
    parser.add_argument(
        "--instrument",
        help="needed where cells come from several and none is declared; one that is not keeps the claim at level 2",
    )
    parser.add_argument(
        "--control",
        choices=("never_treated", "not_yet_treated"),
        help="as declared, otherwise never_treated if there are any; another keeps the claim at level 2",
    )
    parser.add_argument(
        "--seed",
        type=seed,
        help="of the bootstrap; as declared, otherwise from the design; another keeps the claim at level 2",
    )


def run(given: argparse.Namespace) -> int:
    """Print the claim of the chosen outcome."""
    said = made(given)
    sys.stdout.write(saying.document(said) if given.json else saying.readable(said))
    sys.stdout.write("\n")
    return 0


def made(given: argparse.Namespace) -> saying.Said:
    """Return the claim of the chosen outcome; the other files are the outcomes it was looked at together with."""
    everybody: dict[Path, CellTable] = {}
    for path in given.cells:
        if path in everybody:
            raise EvidenceError("given twice; leave it out once", file=str(path))
        everybody[path] = _table(path)
    declared = Declaration.nothing()
    if given.declaration:
        declared = declaration(files.content(given.declaration), str(given.declaration))
    tables = {path: _one_instrument(path, table, given.instrument, declared) for path, table in everybody.items()}
    chosen = together.chosen(tables, given.outcome)
    whole = tables[chosen]
    straight = {path: table.forward() for path, table in tables.items()}
    table = straight[chosen]
    follows = declared.wanted_seed(table)
    follows = seed_of(table) if follows is None else follows
    options = Options(
        control=given.control or declared.wanted_control(table), seed=follows if given.seed is None else given.seed
    )
    found = {path: _estimated(path, one, options) for path, one in straight.items()}
    picked = {path: _picked(everybody[path], one, declared) for path, one in straight.items()}
    known = Circumstances(
        declared,
        p_values={
            straight[path].outcome.name: _NOTHING_FOUND if picked[path] else one.p_value
            for path, one in found.items()
            if one.p_value is not None
        },
        changes={
            one.outcome.name: _NOTHING_FOUND if picked[path] else p_value
            for path, one in straight.items()
            if (p_value := moved(one)) is not None
        },
        cut_off=table.cut_off,
        standards={"outcomes": outcomes().version},
        cells=told(everybody[chosen]),
        others=tuple(_other(everybody[path], straight[path], found[path]) for path in everybody if path != chosen),
        left_out=everybody[chosen].people - whole.people,
        elsewhere=float(elsewhere(everybody[chosen].forward(), table, found[chosen].control)),
        seed_chosen=options.seed != follows,
        rescaled=any(declared.is_secondary(one) and not declared.foresaw_scale(one) for one in straight.values()),
    )
    claim, as_said = conclude(table, found[chosen], known), described(table, found[chosen])
    return saying.Said(
        claim, beside(claim, table, as_said), _not_compared(claim, table, as_said), _back(claim, whole, as_said)
    )


def _picked(whole: CellTable, straight: CellTable, declared: Declaration) -> bool:
    """Whether people of another instrument are left out of an outcome, or the one looked at was not declared."""
    others = len(whole.instruments) > 1
    return others or not declared.foresaw_instrument(straight, others=others)


def _other(whole: CellTable, straight: CellTable, found: Estimate) -> str:
    """Return the fingerprint of another outcome, withheld where nothing may be said of that outcome itself."""
    return told(whole) if conclude(straight, found).level else WITHHELD


def _table(path: Path) -> CellTable:
    table = parse(files.content(path), str(path))
    try:
        check_outcome(table.outcome)
    except EvidenceError as error:
        raise error.inside(str(path)) from None
    return table


def _not_compared(claim: Claim, table: CellTable, found: Estimate) -> str:
    """Return why there is no comparison; at level 0 only what says nothing of how many answered."""
    if not any(cell.cohort > 1 for cell in table.cells):
        return "nobody's programme began after the first wave, so nobody was asked before and after"
    if claim.level != 1:
        return ""
    return _LATER if later_recognisable(table, found.control, claim.made_from.k) else _reason(found)


def _reason(found: Estimate) -> str:
    """Return why nothing was compared; that organisations do not differ would tell what each of them did."""
    return _FEW if found.reason in ("", NO_SPREAD) else found.reason


def _back(claim: Claim, whole: CellTable, found: Estimate) -> tuple[str, ...]:
    """Return what people said looking back, where anything is said at all."""
    if claim.level == 0:
        return ()
    if claim.difference is None:
        return looking_back(whole)
    return looking_back(whole, found.people_treated, alike=found.inference == MEANS)


def _one_instrument(path: Path, table: CellTable, asked: str | None, declared: Declaration) -> CellTable:
    """Return the people who answered the instrument that is asked for, otherwise the declared one of several."""
    several = len(table.instruments) > 1
    wanted = declared.wanted_instrument(table) if asked is None and several else asked
    if wanted is None:
        return table
    if wanted not in table.instruments:
        where = {"file": str(path), "field": "instrument"} if asked is None else {"field": "--instrument"}
        raise EvidenceError(f"no cell has the instrument {wanted!r}", **where)
    return table.where(lambda cell: cell.instrument == wanted)


def _estimated(path: Path, table: CellTable, options: Options) -> Estimate:
    sys.stderr.write(files.seen(f"Estimating from {path} …\n"))
    try:
        return estimate(table, options)
    except EvidenceError as error:
        raise error.inside(str(path)) from None
