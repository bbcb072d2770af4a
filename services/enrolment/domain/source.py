"""The text of a catalogue file, with the line of every field.

Guards that whoever writes a file is told where it is wrong: file, line and field, never a Python traceback. Scalars
stay text, as they were written; their meaning is given by the model that reads them, so `NO` is a word and `01` keeps
its zero.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the catalogue, and where."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        subject = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {subject}{self.message}"


class CatalogueError(Exception):
    """The catalogue cannot be used; every fault is named with file, line and field."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("the catalogue cannot be used:\n" + "\n".join(f"  {fault}" for fault in faults))


@dataclass
class Source:
    """A file of the catalogue: its name, its values as text, the line of each of them, and what is wrong with it."""

    file: str
    values: Any = None
    lines: dict[Path, int] = field(default_factory=lambda: {(): 1})
    faults: list[Fault] = field(default_factory=list)

    def blame(self, path: Path, message: str) -> None:
        """Note a fault at a path, on the line of the nearest thing that was written there."""
        written: Path = ()
        for step in path:  # a path may name steps that are the model's own, such as the kind of a rule
            if (*written, step) in self.lines:
                written = (*written, step)
        self.faults.append(Fault(self.file, self.lines[written], ".".join(map(str, written)), message))

    def read(self, model: type[Model]) -> Model | None:
        """Read the values as a model; None, and the faults noted, when they are not one."""
        try:
            return model.model_validate(self.values)
        except ValidationError as error:
            for item in error.errors():
                missing = f"{item['loc'][-1]}: " if item["type"] == "missing" else ""
                self.blame(item["loc"], missing + item["msg"])
            return None


def source(file: str, text: str) -> Source:
    """Read the text of a YAML file; a text that is not YAML is a fault like any other."""
    read = Source(file)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        read.faults.append(Fault(file, line, "", f"not YAML: {error.problem}"))
        return read
    if node is None:
        read.blame((), "the file is empty")
    else:
        read.values = _walk(node, (), read)
    return read


def _walk(node: yaml.Node, path: Path, into: Source) -> Any:
    """Turn a node into plain values while noting the line of each."""
    into.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _walk_mapping(node, path, into)
    if isinstance(node, yaml.SequenceNode):
        return [_walk(item, (*path, position), into) for position, item in enumerate(node.value)]
    return node.value


def _walk_mapping(node: yaml.MappingNode, path: Path, into: Source) -> dict[str, Any]:
    """Read a mapping; the same field twice is a fault, because one of the two would silently be lost."""
    values: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        into.lines[*path, name] = key.start_mark.line + 1
        if name in values:
            into.faults.append(Fault(into.file, key.start_mark.line + 1, name, "written twice"))
        line = into.lines[*path, name]
        values[name] = _walk(value, (*path, name), into)
        into.lines[*path, name] = line
    return values
