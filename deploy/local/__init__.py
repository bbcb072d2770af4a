"""The whole platform on one machine: real parts from packages, four services as processes, one origin in front.

Guards that trying it needs no containers and leaves nothing behind. Never a production set-up: the broker and the
database are stand-ins, the identity provider lets anybody in, the keys are made at every start.
"""
