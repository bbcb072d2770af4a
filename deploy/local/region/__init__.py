"""A simulated region: people, trusts, sessions and projects over the months of two programmes, played against a
running stack.

`world` invents everything that happens from a seed, `truth` works out what every figure must then be, `player`
makes it happen over the public HTTP APIs and the attendance topics, `report` compares. Guards the main promise of
the platform: evaluation's answers equal the truth exactly. Nothing here imports a service or shares a line with
one.
"""
