"""Questions that are asked at the same time: answered together, each as if it had been asked alone."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.errors import ConflictError, NotTakenError, UnavailableError
from shared.rounds import Rounds


class Table:
    """Plays rounds and remembers them; goes on when it is let."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.value = 0
        self.open = asyncio.Event()
        self.open.set()
        self.error: BaseException | None = None

    async def play(self, questions: Sequence[int]) -> list[int | Exception]:
        self.rounds.append(list(questions))
        value = self.value
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return [ValueError(f"no {question}") if question < 0 else question * 100 + value for question in questions]


async def _until_a_round_is_under_way(table: Table, number: int = 1) -> None:
    async with asyncio.timeout(10):
        while len(table.rounds) < number:  # noqa: ASYNC110 - the round itself must not tell
            await asyncio.sleep(0)


async def test_who_comes_alone_goes_at_once_and_who_comes_together_shares_a_round() -> None:
    table = Table()
    rounds = Rounds(table.play)
    assert await rounds.ask(1) == 100
    assert await asyncio.gather(*[rounds.ask(number) for number in range(5)]) == [0, 100, 200, 300, 400]
    assert table.rounds == [[1], [0, 1, 2, 3, 4]]


async def test_what_is_asked_during_a_round_is_answered_by_a_later_one() -> None:
    """Otherwise a clerk could be shown what was there before the change that they were told is kept."""
    table = Table()
    rounds = Rounds(table.play)
    table.open.clear()
    early = asyncio.create_task(rounds.ask(1))
    await _until_a_round_is_under_way(table)
    table.value = 7
    late = asyncio.create_task(rounds.ask(1))
    await asyncio.sleep(0)
    table.open.set()
    assert (await early, await late) == (100, 107)
    assert table.rounds == [[1], [1]]


async def test_a_round_has_a_largest_size() -> None:
    table = Table()
    rounds = Rounds(table.play, most=2)
    await asyncio.gather(*[rounds.ask(number) for number in range(5)])
    assert table.rounds == [[0, 1], [2, 3], [4]]


async def test_an_error_of_one_question_is_nobody_elses() -> None:
    rounds = Rounds(Table().play)
    answers = await asyncio.gather(rounds.ask(1), rounds.ask(-2), rounds.ask(3), return_exceptions=True)
    assert answers[::2] == [100, 300]
    assert isinstance(answers[1], ValueError)


class Picky(Table):
    """Raises for a whole round if one of its questions is below zero; -2 finds a part away."""

    async def play(self, questions: Sequence[int]) -> list[int | Exception]:
        self.rounds.append(list(questions))
        for question in questions if len(questions) > 1 else ():
            if question < 0:
                raise ValueError(f"no {question}")
        if questions == [-2]:
            raise UnavailableError("away")
        return await Table().play(questions)


async def test_what_one_question_makes_a_round_raise_is_nobody_elses() -> None:
    """P6: a document that cannot be read parks those records that need it, not those asked about at the same time."""
    table = Picky()
    rounds = Rounds(table.play)
    answers = await asyncio.gather(*[rounds.ask(number) for number in (1, -1, 3)], return_exceptions=True)
    assert answers[::2] == [100, 300]
    assert str(answers[1]) == "no -1"
    assert table.rounds == [[1, -1, 3], [1], [-1], [3]]


async def test_who_is_asked_alone_does_not_wait_again_for_a_part_that_is_away() -> None:
    """P10."""
    table = Picky()
    rounds = Rounds(table.play)
    answers = await asyncio.gather(*[rounds.ask(number) for number in (1, -2, 3)], return_exceptions=True)
    assert answers[0] == 100
    assert [str(answer) for answer in answers[1:]] == ["away", "away"]
    assert table.rounds == [[1, -2, 3], [1], [-2]]


@pytest.mark.parametrize(
    ("error", "rounds_played"),
    [(UnavailableError("away"), 1), (ConflictError("late"), 2), (NotTakenError("refused"), 2)],
)
async def test_who_gathered_while_a_part_was_away_does_not_wait_for_it_again(
    error: Exception, rounds_played: int
) -> None:
    """P10: a command is answered after one wait; a lost race or a refusal says nothing about those who come after."""
    table = Table()
    rounds = Rounds(table.play)
    table.open.clear()
    table.error = error
    early = asyncio.create_task(rounds.ask(1))
    await _until_a_round_is_under_way(table)
    late = asyncio.create_task(rounds.ask(2))
    await asyncio.sleep(0)
    table.open.set()
    assert await asyncio.gather(early, late, return_exceptions=True) == [error, error]
    assert len(table.rounds) == rounds_played
    table.error = None
    assert await rounds.ask(3) == 300


async def test_a_round_goes_on_when_somebody_who_asked_has_gone() -> None:
    table = Table()
    rounds = Rounds(table.play)
    table.open.clear()
    gone, stays = asyncio.create_task(rounds.ask(1)), asyncio.create_task(rounds.ask(2))
    await _until_a_round_is_under_way(table)
    never = asyncio.create_task(rounds.ask(3))
    await asyncio.sleep(0)
    gone.cancel()
    never.cancel()
    await asyncio.sleep(0)
    table.open.set()
    assert await stays == 200
    assert await rounds.ask(4) == 400
    assert table.rounds == [[1, 2], [4]]


async def test_who_waits_learns_that_the_rounds_have_ended() -> None:
    table = Table()
    rounds = Rounds(table.play)
    table.open.clear()
    asked = [asyncio.create_task(rounds.ask(number)) for number in (1, 2)]
    await _until_a_round_is_under_way(table)
    asked.append(asyncio.create_task(rounds.ask(3)))
    await asyncio.sleep(0)
    assert rounds._going is not None
    rounds._going.cancel()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [asyncio.CancelledError] * 3
