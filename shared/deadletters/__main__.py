"""`python -m shared.deadletters`: see commandline.py.

Guards that the tool ends with its exit code.
"""

import sys

from shared.deadletters.commandline import main

if __name__ == "__main__":
    sys.exit(main())
