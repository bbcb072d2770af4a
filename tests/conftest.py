"""Every test may use the real parts; `shared/testing/fixtures.py` says how. Property tests are never judged by time."""

import os

from hypothesis import HealthCheck, settings

# Small matrices only: several threads for each of them take turns waiting for one another. Read when numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

pytest_plugins = ("shared.testing.fixtures", "tests.said")

# A busy machine makes an example slow, not wrong.
settings.register_profile("groundswell", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("groundswell")
