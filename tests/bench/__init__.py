"""How fast, as ratios within one run: `make bench`.

Guards that no absolute time is ever claimed: every figure stands beside a yardstick that ran on the same machine, the
same topic and in the same minutes, and every fast run is also checked to be exact.
"""
