"""Every test may use the real parts; `shared/testing/fixtures.py` says how."""

pytest_plugins = ("shared.testing.fixtures",)
