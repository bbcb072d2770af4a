"""One coroutine for each command and reaction: load, decide, save.

Guards that a decision is made again from the start when somebody else was faster, and that nothing but the save has an
effect.
"""
