"""What enrolment knows and decides: the catalogue, the participant, the person, the receipt, the schedule of a cohort.

Guards that deciding does nothing else: no module here reads a file, a clock, a database or a network.
"""
