"""Does at once what is asked for at the same time: while a round is under way, what comes gathers for the next one.

Guards that nobody waits for company (whoever comes alone goes at once) and that an answer is never older than its
question: what comes while a round is under way belongs to the next.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from shared.errors import is_away

MOST = 32
"""Questions in one round."""
Q = TypeVar("Q")
A = TypeVar("A")
Round = Callable[[Sequence[Q]], Awaitable[Sequence[A | Exception]]]


class Rounds(Generic[Q, A]):
    """Gathers questions for `play`, which returns an answer or an error for each, in their order.

    Nobody fails because of somebody else: when `play` raises, each is asked alone. Only a part that was away is away
    for all, also for whoever gathered meanwhile: they are told so instead of waiting for it once more. A round goes on
    when somebody who asked has gone.
    """

    def __init__(self, play: Round[Q, A], *, most: int = MOST) -> None:
        self._play = play
        self._most = most
        self._waiting: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._going: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """Return the answer to a question, or raise its error."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._going is None or self._going.done():
            # A task of its own, in a context of its own: it speaks for all who asked, and outlives each of them.
            self._going = asyncio.create_task(self._go(), context=Context())
        return await answer

    async def _go(self) -> None:
        while self._waiting:
            asked = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            asked = [(question, answer) for question, answer in asked if not answer.done()]
            try:
                answers = await self._answers([question for question, _ in asked]) if asked else ()
            except BaseException:
                for _, answer in (*asked, *self._waiting):
                    answer.cancel()
                self._waiting.clear()
                raise
            for (_, answer), found in zip(asked, answers, strict=True):
                _tell(answer, found)
            self._tell_who_waits(answers)

    async def _answers(self, questions: Sequence[Q]) -> Sequence[A | Exception]:
        """Return the answer or the error of each question."""
        try:
            return await self._play(questions)
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            if len(questions) == 1 or is_away(error):
                return [error] * len(questions)
        answers: list[A | Exception] = []
        for question in questions:
            away = _away(answers)
            answers += await self._answers([question]) if away is None else [away]
        return answers

    def _tell_who_waits(self, answers: Sequence[A | Exception]) -> None:
        """Tell whoever gathered meanwhile that the part is away, if it is."""
        away = _away(answers)
        while away is not None and self._waiting:
            _tell(self._waiting.popleft()[1], away)


def _away(answers: Sequence[A | Exception]) -> Exception | None:
    return next((found for found in answers if isinstance(found, Exception) and is_away(found)), None)


def _tell(answer: asyncio.Future[A], found: A | Exception) -> None:
    if answer.done():
        return
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)
