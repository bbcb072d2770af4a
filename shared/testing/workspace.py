"""Temporary folders of local servers, which are gone when their owner is.

Guards that nothing is left on the disk: a folder carries the process id of its owner, and whoever makes the next one
sweeps those whose owner no longer runs, however it ended.
"""

import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "groundswell-parts-"


def new_workspace() -> Path:
    """Make an empty folder for servers' data and logs, owned by this process."""
    sweep()
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


def remove_workspace(folder: Path) -> None:
    """Remove a folder made by `new_workspace`."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the folders whose owners do not run any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdigit() and not _runs(int(owner)):
            remove_workspace(folder)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
