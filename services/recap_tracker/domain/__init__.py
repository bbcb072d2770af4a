"""What the tracker decides: projects, the places they compete for, and the people who lead them. Pure.

Guards that every decision is a function of what was known: state, command and date in; state and facts, or a refusal,
out.
"""
