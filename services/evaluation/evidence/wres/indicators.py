"""From a return to its indicators: value, interval, direction, flags, and what is too small to show.

Guards that a hidden value shows in no note, no flag and no reconciliation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from services.evaluation.evidence.wres import bands, figures, reconciling
from services.evaluation.evidence.wres.consistency import other_base
from services.evaluation.evidence.wres.counted import HUNDRED, Counted, Key, Return, percentages, share, whole_of
from services.evaluation.evidence.wres.figures import Measure, Part
from services.evaluation.evidence.wres.reconciling import Reconciliation
from services.evaluation.evidence.wres.small import Hidden
from services.evaluation.evidence.wres.standard import Indicator, Standard

NAMES: Mapping[str, str] = {"white": "white", "bme": "BME"}
DECIMALS: Mapping[str, int] = {"times": 2, "times the earlier ratio": 2, "percentage points": 1}
"""Decimals that are shown of each unit; more would give counts away."""
PARITY, ADVERSE, FAVOURABLE = "compatible with parity", "adverse to BME staff", "in favour of BME staff"
UNTOLD = "rounded percentages do not tell which side"
UNCHANGED, UNTOLD_CHANGE = "compatible with no change", "rounded percentages do not tell whether it changed"
PER_HUNDRED = (
    "no figure: both bases are 100, as if percentages stood for people; give the people, or the percentages beside "
    "them if they are 100 people each"
)

HUNDRED_EACH = "no figure: everybody together is 100, as if percentages stood for people; give the people"

BOARD_OF_HUNDRED = "The board has 100 people in this return, as if percentages stood for people: no verdict."


@dataclass(frozen=True)
class Row:
    """One line of the result; of a suppressed one nothing but its title and direction is known.

    `unit` is "times" (numerator group over the other) or "percentage points".
    """

    organisation: str
    year: int
    indicator: str
    part: str
    title: str
    unit: str
    direction: str
    measure: Measure
    suppressed: bool = False
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reconciliation: Reconciliation | None = None


def rows(returned: Return, by: Standard, hidden: Hidden, *, internal: bool) -> tuple[Row, ...]:
    """Return every indicator that the return has, in the order of the standard; of hidden ones no figure.

    `internal` is for those who may see what is below k.
    """
    known = {indicator.indicator: indicator for indicator in by.indicators}
    telling = by.model_copy(update={"k": 0}) if internal else by
    found = []
    for key, counted in returned.counted.items():
        indicator = known[key[2]]
        if indicator.kind != "board" or key[3] == "board":
            row = _row(returned, key, counted, indicator, telling)
            row = replace(row, notes=(*row.notes, *other_base(returned, key, known), *_local(counted)))
            found.append(_hidden(row) if {key, (*key[:3], "workforce")} & hidden else row)
    order = [indicator.indicator for indicator in by.indicators]
    return tuple(sorted(found, key=lambda row: (row.organisation, row.year, order.index(row.indicator))))


def changes(returned: Return, known: Mapping[str, Indicator], hidden: Hidden) -> tuple[Row, ...]:
    """Return how likelihoods changed from one return of an organisation to its next: ratios of ratios.

    Only likelihoods: one seat of a board is several points, so that its movements are no trend.
    """
    found = []
    for key, after in returned.following():
        then = returned.counted[key]
        if known[key[2]].kind == "likelihood":
            row = _changed(key, then, after, returned.counted[after], known[key[2]])
            found.append(_hidden(row) if {key, after} & hidden else row)
    return tuple(found)


def _row(returned: Return, key: Key, counted: Counted, indicator: Indicator, by: Standard) -> Row:
    if indicator.kind in ("likelihood", "percentages"):
        row = _asked(key, counted, indicator, by)
        none = Measure(None, reason=PER_HUNDRED)
        return replace(row, measure=none, flags=(), reconciliation=None) if counted.per_hundred else row
    if indicator.kind == "board":
        workforce = returned.counted.get((*key[:3], "workforce"))
        row = _board(key, counted, workforce, indicator)
        if workforce is not None and percentages([counted, workforce]):
            return _no_figure(row)
        unsure = share(counted).base == HUNDRED
        return replace(row, flags=(), notes=(BOARD_OF_HUNDRED, *row.notes), reconciliation=None) if unsure else row
    part, whole = share(counted), share(whole_of(returned.beside(key).values()))
    held = _Held(figures.against_whole(part, whole), part, whole, counted.of("unknown"), _answered(counted))
    row, names = _points(key, counted, indicator, held), [band[3] for band in returned.beside(key)]
    if percentages(returned.beside(key).values()):
        return _no_figure(row)
    boards = [(*key[:2], one.indicator, "workforce") for one in by.indicators if one.kind == "board"]
    confirmed = bands.are_all(names, indicator.bands) or any(board in returned.counted for board in boards)
    return row if confirmed else _alone(row, bands.missing(names, indicator.bands))


def _no_figure(row: Row) -> Row:
    """Return the row of a share where everybody of each part is 100: nobody knows how many they are."""
    return replace(row, measure=Measure(None, reason=HUNDRED_EACH), flags=(), notes=(), reconciliation=None)


def _asked(key: Key, counted: Counted, indicator: Indicator, by: Standard) -> Row:
    if indicator.kind == "likelihood":
        return _likelihood(key, counted, indicator, by)
    white, bme = counted.of("white"), counted.of("bme")
    held = _Held(figures.points(bme, white).widened(), bme, white, counted.of("unknown"))
    return _points(key, counted, indicator, held)


def _alone(row: Row, missing: tuple[str, ...]) -> Row:
    """Return the row of a band beside bands that may not be the whole workforce: a figure, and no word on a side."""
    said = "Held against the bands in this return, which need not be the whole workforce: no verdict."
    absent = f" Not found by name: {', '.join(missing)}." if missing else ""
    direction, notes = "band - all bands in this return", (f"{said}{absent}", *row.notes)
    return replace(row, direction=direction, flags=(), notes=notes, reconciliation=None)


def _likelihood(key: Key, counted: Counted, indicator: Indicator, by: Standard) -> Row:
    name = indicator.numerator or "bme"
    other = "white" if name == "bme" else "bme"
    one, two, unknown = counted.of(name), counted.of(other), counted.of("unknown")
    measure, names = figures.ratio(one, two).widened(), (NAMES[name], NAMES[other])
    told = unknown if all(n == 0 or n >= by.k for n in (unknown.count, unknown.base - unknown.count)) else None
    held = counted.published and one.base and two.base
    direction = f"{names[0]} / {names[1]}; {indicator.adverse} 1 is adverse to BME staff"
    return Row(
        *key,
        title=indicator.title,
        unit="times",
        direction=direction,
        measure=measure,
        flags=tuple(_flags(measure, 1.0, indicator, (float(by.flag.low), float(by.flag.high)))),
        notes=(*_unknown(unknown, "in neither group"), *_rebuilt(counted, measure, "times")),
        reconciliation=reconciling.ratio(counted.published, one, two, told, names) if held else None,
    )


def _board(key: Key, counted: Counted, workforce: Counted | None, indicator: Indicator) -> Row:
    board = share(counted)
    if workforce is None:
        absent = Measure(None, reason="the workforce is not in the return")
        return _points(key, counted, indicator, _Held(absent, board, Part(0, 0), counted.of("unknown")))
    whole = share(workforce)
    seat = (f"One seat is {100 / board.base:.1f} points: no trend can be read from a few.",) if board.base else ()
    unknown = workforce.of("unknown")
    held = _Held(figures.points(board, whole), board, whole, unknown, _answered(counted), seat)
    published = counted.published or workforce.published  # one figure of both, in whichever row it stands
    return _points(key, replace(counted, published=published), indicator, held)


@dataclass(frozen=True)
class _Held:
    """A difference and the two shares it is of; `otherwise` is the first share by the other denominator rule."""

    measure: Measure
    one: Part
    other: Part
    unknown: Part
    otherwise: Part | None = None
    notes: tuple[str, ...] = ()


def _points(key: Key, counted: Counted, indicator: Indicator, held: _Held) -> Row:
    names = {"percentages": ("BME", "white"), "board": ("board", "workforce")}.get(
        indicator.kind, ("band", "workforce")
    )
    checked = counted.published and held.one.base and held.other.base
    where = "counted in the base" if indicator.unknown == "in" else "in neither group"
    return Row(
        *key,
        title=indicator.title,
        unit="percentage points",
        direction=f"{names[0]} - {names[1]}; {indicator.adverse} 0 is adverse to BME staff",
        measure=held.measure,
        flags=tuple(_flags(held.measure, 0.0, indicator, None)),
        notes=(*held.notes, *_unknown(held.unknown, where), *_rebuilt(counted, held.measure, "percentage points")),
        reconciliation=reconciling.points(counted.published, held.one, held.other, held.otherwise, names)
        if checked
        else None,
    )


def _answered(counted: Counted) -> Part | None:
    """Return BME people among those whose ethnicity is known: the other denominator rule."""
    bme = counted.of("bme").count
    return Part(bme, bme + counted.of("white").count) if counted.of("unknown").count else None


def _flags(measure: Measure, parity: float, indicator: Indicator, band: tuple[float, float] | None) -> Iterator[str]:
    """Return what stands beside a figure; decided on the figures as they are printed, which it must not contradict.

    Of rebuilt bases it holds whatever they are: a ratio that may be below a band and above it may be within it too.
    """
    if measure.value is None:
        return
    digits = DECIMALS["times" if band else "percentage points"]
    ends = [one.rounded(digits) for one in measure.corners or (measure,)]
    values = [one.value or 0.0 for one in ends]
    if band and (max(values) < band[0] or min(values) > band[1]):
        yield f"outside {band[0]:.2f} to {band[1]:.2f}"
    sides = {_side(one, parity, indicator) for one in ends}
    yield sides.pop() if len(sides) == 1 else UNTOLD


def _side(shown: Measure, parity: float, indicator: Indicator) -> str:
    if (shown.low or 0) <= parity <= (shown.high or 0):
        return PARITY
    side = "above" if (shown.value or 0) > parity else "below"
    return ADVERSE if side == indicator.adverse else FAVOURABLE


def _unknown(unknown: Part, where: str) -> tuple[str, ...]:
    """Say what became of people of unknown ethnicity, without a number: two such notes could be subtracted."""
    return (f"People of unknown ethnicity are {where}.",) if unknown.base else ()


def _local(counted: Counted) -> tuple[str, ...]:
    """Name the sender's own codes beside what they were read as: the list does not say what they mean."""
    read = ", ".join(f"{own} as {code}" for own, code in sorted(counted.local.items()))
    return (f"Codes of the sender's own were read by their first character: {read}.",) if read else ()


def _rebuilt(counted: Counted, measure: Measure, unit: str) -> tuple[str, ...]:
    # Of people of unknown ethnicity, who are in no figure, the base may be few people: it is not said.
    parts = [part for name, part in counted.groups.items() if name in NAMES and part.least is not None]
    if not counted.rebuilt or not parts:
        return ()
    said = ", ".join(f"{part.base} ({part.least} to {part.most})" for part in parts)
    first = f"Bases were not given; rebuilt from rounded percentages: about {said}."
    values = [corner.rounded(DECIMALS[unit]).value or 0.0 for corner in measure.corners]
    ends = f"{min(values, default=0):.{DECIMALS[unit]}f} to {max(values, default=0):.{DECIMALS[unit]}f} {unit}"
    return (first, f"They allow {ends}, before chance; the interval holds all of it.") if values else (first,)


def _changed(key: Key, then: Counted, after: Key, now: Counted, indicator: Indicator) -> Row:
    name = indicator.numerator or "bme"
    other = "white" if name == "bme" else "bme"
    measure = figures.change((then.of(name), then.of(other)), (now.of(name), now.of(other))).widened()
    if then.per_hundred or now.per_hundred:
        measure = Measure(None, reason=PER_HUNDRED)
    return Row(
        *after,
        title=f"{indicator.title}: {key[1]} to {after[1]}",
        unit="times the earlier ratio",
        direction=f"{NAMES[name]} / {NAMES[other]}, later over earlier",
        measure=measure,
        flags=tuple(_unchanged(measure)),
        notes=("Bases were rebuilt from rounded percentages; the interval holds all that they allow.",)
        if measure.corners
        else (),
    )


def _unchanged(measure: Measure) -> Iterator[str]:
    ends = [one.rounded(DECIMALS["times"]) for one in measure.corners or (measure,) if one.value is not None]
    sides = {0 if (one.low or 0) <= 1 <= (one.high or 0) else 1 if (one.value or 0) > 1 else -1 for one in ends}
    if len(sides) > 1:
        yield UNTOLD_CHANGE
    elif sides == {0}:
        yield UNCHANGED


def _hidden(row: Row) -> Row:
    return Row(
        row.organisation,
        row.year,
        row.indicator,
        row.part,
        row.title,
        row.unit,
        row.direction,
        Measure(None),
        suppressed=True,
    )
