"""The kernel every service stands on: delivery, storage, identity, personal data; no business words but the events."""
