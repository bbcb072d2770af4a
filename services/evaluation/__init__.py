"""Evaluation: what the programmes did and for whom, as figures per programme, cohort, organisation and group.

Owns: the projections `participation` (people: enrolment, attendance, journals, commitment) and `projects`
(change projects and their milestones), and its confirmations of erasure.
Emits on `evaluation.events`: `evaluation.subject.erasure_confirmed.v1`.
Hears: `enrolment.events`, `engagement.events`, `recap_tracker.events`; nothing else reaches it, and it calls nobody.
"""
