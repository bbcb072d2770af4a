"""The testing kit: real servers as processes, a fresh world per test, and waiting for conditions instead of sleeping.

Guards that a test meets what production meets: a broker, a database and an identity provider that speak their real
protocols and can be killed. What is a stand-in says so by name (`parts.py`).
"""
