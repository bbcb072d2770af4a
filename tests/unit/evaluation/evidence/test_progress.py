"""Long work says how far it is: nothing of what is quick, then every two seconds."""

from typing import Any

from services.evaluation.commands.progress import Progress
from services.evaluation.evidence import disclosure
from tests.unit.evaluation.evidence.declared import document


def test_nothing_is_said_of_what_is_quick_and_then_every_two_seconds(capsys: Any) -> None:
    now = 10.0
    with Progress("{done} of {of} cells", clock=lambda: now) as progress:
        for step in range(8):
            progress.tell(step, 8)
            now += 0.7
    assert capsys.readouterr().err.splitlines() == ["3 of 8 cells", "6 of 8 cells"]


def test_the_attack_on_a_release_tells_how_far_it_is() -> None:
    """A table too large to be written out whole, so that hidden figures are looked at one by one."""
    counts = [[(3 * row + 7 * column) % 40 for column in range(8)] for row in range(8)]
    heard: list[tuple[int, int]] = []
    tables, rule = disclosure.parse(document(counts), "tables.json"), disclosure.rule("default")
    found = disclosure.release(tables, None, rule, tell=lambda done, of: heard.append((done, of)))
    assert isinstance(found, disclosure.Release)
    hidden = sum(entry.count.suppressed for entry in found.tables[0].entries)
    assert heard[0] == (0, hidden)
    assert {of for _, of in heard} == {hidden}
    assert (hidden - 1, hidden) in heard
