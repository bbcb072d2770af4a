"""The engine that turns counts into a claim: what changed, and what would not have happened otherwise.

Guards that a claim never says more than its data hold: cells are exact integers, one module knows the estimator's
library, one module knows causal words, and one decides what may be released. Pure: no module here reads or writes
anything; the commands do.
"""
