"""The kernel every service stands on: delivery, storage, identity and personal data; no business words but the events."""
