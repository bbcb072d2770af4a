"""Ask `estimate` on its command line: a file of plain JSON in, the document or the refusal out."""

import json
from pathlib import Path
from typing import Any

from services.evaluation.commands import main

Plain = dict[str, Any]


def made(folder: Path, name: str, plain: Any) -> str:
    path = folder / name
    path.write_text(json.dumps(plain), "utf-8")
    return str(path)


def asked(capsys: Any, *arguments: str) -> Any:
    assert main(["estimate", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: Any, *arguments: str) -> str:
    assert main(["estimate", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    return str(err)
