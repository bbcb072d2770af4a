"""What engagement decides: attendance, the queue of unmatched records, journals, erasure. Pure.

Guards that every decision is a function of what was known: state, command and time in, state and facts out, or a
refusal.
"""
