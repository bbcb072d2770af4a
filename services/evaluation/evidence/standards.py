"""What others have laid down, read as data: disclosure rules, lists of ethnic groups, the indicators of WRES.

Guards that whoever edits a standard is told where it is wrong: file, line and field, never a traceback. Scalars stay
text, as they were written, until the model that reads them gives them a meaning: `NO` is a word, `01` keeps its zero.
"""

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from services.evaluation.evidence.errors import EvidenceError

Model = TypeVar("Model", bound=BaseModel)
Steps = tuple[str | int, ...]
_FOLDER = Path(__file__).parent.parent / "standards"


def load(name: str, model: type[Model]) -> Model:
    """Return `standards/<name>.yaml` as a model; EvidenceError names file, line and field when it is not one.

    A standard is part of the package; it is read once for each model.
    """
    return _load(name, model)  # type: ignore[return-value] # the cache forgets which model


def names(prefix: str = "") -> tuple[str, ...]:
    """Return the names of the standards that begin with a prefix, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob(f"{prefix}*.yaml")))


def read(name: str, text: str, model: type[Model]) -> Model:
    """Return the text of a standard as a model; pure, and what `load` does with a file."""
    file = f"{name}.yaml"
    lines: dict[Steps, int] = {(): 1}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = None if node is None else _plain(node, (), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise EvidenceError(f"not YAML: {error.problem}", file=f"{file}:{line}") from error
    except RecursionError as error:
        raise EvidenceError("not YAML: a part contains itself", file=f"{file}:1") from error
    except _WrittenTwiceError as error:
        raise EvidenceError("written twice", file=f"{file}:{lines[error.steps]}", field=_dotted(error.steps)) from error
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        written = _written(first["loc"], lines)
        missing = f"{first['loc'][-1]}: " if first["type"] == "missing" else ""
        what = f"{missing}{first['msg']}"
        raise EvidenceError(what, file=f"{file}:{lines[written]}", field=_dotted(written)) from error


@cache
def _load(name: str, model: type[BaseModel]) -> BaseModel:
    path = _FOLDER / f"{name}.yaml"
    if path.parent != _FOLDER or not path.is_file():
        raise EvidenceError(f"no such standard; there are {', '.join(names())}", file=f"{name}.yaml")
    return read(name, path.read_text("utf-8"), model)


class _WrittenTwiceError(Exception):
    """The same field twice: one of the two would silently be lost."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(steps)
        self.steps = steps


def _plain(node: yaml.Node, steps: Steps, lines: dict[Steps, int]) -> Any:
    """Turn a node into dictionaries, lists and text, noting the line of each."""
    lines.setdefault(steps, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key, value in node.value:
            inner = (*steps, str(key.value))
            lines[inner] = key.start_mark.line + 1
            if key.value in values:
                raise _WrittenTwiceError(inner)
            values[str(key.value)] = _plain(value, inner, lines)
        return values
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*steps, position), lines) for position, item in enumerate(node.value)]
    return node.value


def _written(steps: Steps, lines: dict[Steps, int]) -> Steps:
    """Return the part of a path that was written in the file; a model may have steps of its own."""
    found: Steps = ()
    for step in steps:
        if (*found, step) in lines:
            found = (*found, step)
    return found


def _dotted(steps: Steps) -> str:
    return ".".join(map(str, steps))
