"""What is wrong with the input, so that somebody can mend it: which file, which cell, which field.

Guards that bad input ends as a sentence, never as a traceback and never as a number.
"""


class EvidenceError(Exception):
    """`what` is wrong, said for people; `file`, `cell` and `field` say where, as far as it is known."""

    def __init__(self, what: str, *, file: str = "", cell: str = "", field: str = "") -> None:
        self.what, self.file, self.cell, self.field = what, file, cell, field
        super().__init__(what)

    def __str__(self) -> str:
        """Return the sentence with its place in front."""
        where = [part for part in (self.file, self.cell, self.field) if part]
        return f"{': '.join(where)}: {self.what}" if where else self.what

    def inside(self, file: str) -> "EvidenceError":
        """Return the same error, said of a file."""
        return EvidenceError(self.what, file=file, cell=self.cell, field=self.field)
