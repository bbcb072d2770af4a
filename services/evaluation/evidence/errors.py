"""What is wrong with the input, so that somebody can mend it: which file, which cell, which field.

Guards that bad input ends as a sentence, never as a traceback and never as a number.
"""


class EvidenceError(Exception):
    """`what` is wrong, said for people; `file`, `cell` and `field` say where, as far as it is known.

    `figures` are those that it is about, where they may be of few people: no part of the sentence (`internally`).
    """

    def __init__(self, what: str, *, file: str = "", cell: str = "", field: str = "", figures: str = "") -> None:
        self.what, self.file, self.cell, self.field, self.figures = what, file, cell, field, figures
        super().__init__(what)

    def __str__(self) -> str:
        """Return the sentence with its place in front."""
        where = [part for part in (self.file, self.cell, self.field) if part]
        return f"{': '.join(where)}: {self.what}" if where else self.what

    def inside(self, file: str) -> "EvidenceError":
        """Return the same error, said of a file; one that names its own, such as a standard's, keeps it."""
        return EvidenceError(self.what, file=self.file or file, cell=self.cell, field=self.field, figures=self.figures)

    def internally(self) -> "EvidenceError":
        """Return the same error with its figures in the sentence, for those who may see what is small."""
        what = f"{self.what} ({self.figures})" if self.figures else self.what
        return EvidenceError(what, file=self.file, cell=self.cell, field=self.field)
