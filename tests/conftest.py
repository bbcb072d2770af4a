"""Every test may use the real parts; `shared/testing/fixtures.py` says how. Property tests are never judged by time."""

from hypothesis import HealthCheck, settings

pytest_plugins = ("shared.testing.fixtures", "tests.said")

# A busy machine makes an example slow, not wrong.
settings.register_profile("groundswell", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("groundswell")
