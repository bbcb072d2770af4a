"""Small programs of the house: what `make check` asks beyond the linters."""
