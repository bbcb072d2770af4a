"""What all commands of the long fold share: the logs of the services, and a day that goes on."""

from datetime import date, timedelta

from hypothesis.stateful import RuleBasedStateMachine

from tests.unit.together.services import START, Logs


class Calendar(RuleBasedStateMachine):
    """The logs, and the day on which the next command is given."""

    def __init__(self) -> None:
        super().__init__()
        self.logs, self.day = Logs(), START

    def today(self) -> date:
        """Every step is a day later, so that no command is refused for its date."""
        self.day += timedelta(days=1)
        return self.day
