import json

import pytest

from shared.deadletters import rendering
from shared.deadletters.commandline import WRONG, main
from shared.stream.record import Record
from tests.unit.shared.deadletters.test_letter import letter_of

LETTER = letter_of(Record("t", 0, 1, b"Mrs Smith", b"\xff", (("h", None), ("\udcff", b"1"))))


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["redrive"], ["discard"]])
def test_every_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--service", "engagement", *command, "--help"])
    assert ended.value.code == 0
    assert "usage: python -m shared.deadletters" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["redrive", "--code", "bug"], "--reason is needed"),
        (["discard", "--reason", "why not"], "say which"),
        (["redrive", "--dry-run"], "say which"),
        (["list", "--colour"], "unrecognized arguments"),
    ],
)
def test_wrong_use_is_refused_on_standard_error(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--service", "engagement", *arguments])
    assert ended.value.code == WRONG
    assert complaint in capsys.readouterr().err


def test_a_missing_environment_is_named_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BROKERS", "MONGO_URL", "DEPLOYMENT_KEY"):
        monkeypatch.delenv(f"GROUNDSWELL_{name}", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["--service", "engagement", "list"])
    assert ended.value.code == WRONG
    told = capsys.readouterr().err
    assert all(name in told for name in ("GROUNDSWELL_BROKERS", "GROUNDSWELL_MONGO_URL", "GROUNDSWELL_DEPLOYMENT_KEY"))


def test_a_list_shows_nothing_of_what_is_in_a_record() -> None:
    """P11."""
    row = rendering.listed(LETTER, "waiting")
    assert "Smith" not in rendering.as_table([row]) + rendering.as_json([row])
    assert rendering.as_table([row]).splitlines()[1].split()[:3] == ["waiting", "no-good", "attendance"]


def test_show_gives_text_as_text_and_bytes_as_hexadecimal() -> None:
    shown = json.loads(rendering.as_json(rendering.shown(LETTER, "waiting")))
    assert (shown["key"], shown["value"]) == ("Mrs Smith", {"hex": "ff"})
    assert shown["headers"] == [{"name": "h", "value": None}, {"name": {"hex": "ff"}, "value": "1"}]
    assert "Mrs Smith" in rendering.as_page(rendering.shown(LETTER, "waiting"))
