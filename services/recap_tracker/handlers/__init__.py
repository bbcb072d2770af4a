"""One coroutine per command or reaction: load, decide, save; again if somebody else was faster.

Guards that whatever one decision touches is saved in one transaction, and that a refused one saves nothing.
"""
