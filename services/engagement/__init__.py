"""Engagement: who took part in what, and what they wrote about it (MCR-1, MCR-19, MCR-26, REC-8).

Owns     sessions of each cohort; one learner document per participant (enrolments, attendance, journals); statements
         received from other systems and the queue of those that match nobody yet; journal texts, encrypted.
Emits    engagement.session.attended | missed | attendance_corrected | attendance_voided .v1
         engagement.journal.submitted | retracted .v1, engagement.subject.erasure_confirmed.v1
Hears    enrolment.cohort.scheduled, enrolment.participant.enrolled | withdrawn | moved, enrolment.subject.erased .v1,
         enrolment.participant.identified.v1 (compacted), ext.attendance.v1.<organisation> in two dialects

Several systems may speak about one person and one session: their reports are joined, never overwritten, and an event is
emitted only when what is known changes. A record that matches nobody waits until somebody or something resolves it.
"""
