"""Whether whole-number scores can have these sums and products, decided in whole numbers to the end.

Guards the interval: scores are whole numbers on a scale, so their squares have a least and a greatest sum, and no sum
of another parity. Moments inside those bounds that no scores have would make a change look surer than it can be.
"""

from collections.abc import Sequence

Square = Sequence[Sequence[int]]


def squares_are_possible(n: int, total: int, squares: int, low: int, high: int) -> bool:
    """Return whether `n` whole numbers from `low` to `high` can sum to `total` and have `squares` as sum of squares.

    Necessary, not sufficient. Greatest: Σ(y - low)(high - y) is never negative. Least: all as alike as whole numbers
    can be. Parity: y² is odd exactly where y is.
    """
    if n == 0:
        return total == squares == 0
    share, rest = divmod(total, n)
    least = share**2 * (n - rest) + (share + 1) ** 2 * rest
    greatest = (low + high) * total - n * low * high
    return least <= squares <= greatest and (squares - total) % 2 == 0


def rank(matrix: Square) -> int | None:
    """Return the rank of a symmetric matrix of whole numbers that has no negative direction; None where it has one.

    Elimination without fractions (Bareiss 1968), the largest of the diagonal first.
    """
    left, divisor, found = [list(row) for row in matrix], 1, 0
    while left:
        at = max(range(len(left)), key=lambda i: left[i][i])
        pivot = left[at][at]
        if min(left[i][i] for i in range(len(left))) < 0 or pivot == 0:
            return None if pivot < 0 or any(entry for row in left for entry in row) else found
        others = [i for i in range(len(left)) if i != at]
        left = [[(left[i][j] * pivot - left[i][at] * left[at][j]) // divisor for j in others] for i in others]
        divisor, found = pivot, found + 1
    return found
