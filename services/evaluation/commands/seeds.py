"""Seeds on the command line: whole numbers that every generator takes.

Guards that a seed which no generator takes ends as wrong usage, never as a traceback.
"""

import argparse
import re


def seed(text: str) -> int:
    """Return a seed, 0 or more and of at most 18 digits; argparse says what is wrong with any other."""
    if not re.fullmatch("[0-9]{1,18}", text):
        raise argparse.ArgumentTypeError("must be a whole number from 0 on, of at most 18 digits")
    return int(text)
