"""What enrolment knows and decides: the catalogue, the participant, the schedule of a cohort. Pure."""
