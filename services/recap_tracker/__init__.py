"""RECAP tracker: change projects, their milestones and the places they compete for (REC-1..3, REC-10..12, REC-17).

Owns     projects with milestones; one ledger of places per programme (capacity from the catalogue, a first-come queue)
         with the reason of every decision; the little it must know of cohorts and of the people who lead projects.
Emits    recap_tracker.project.queued | activated | completed | withdrawn | reopened .v1
         recap_tracker.project.milestone_planned | milestone_reached | milestone_reopened .v1
         recap_tracker.subject.erasure_confirmed.v1
Hears    enrolment.cohort.scheduled, enrolment.participant.enrolled | withdrawn | moved, enrolment.subject.erased .v1

A place freed by one project and given to the next is one transaction, so a region never has one project too many and
never a free place beside a queue. A project stays with the organisation that opened it, whoever moves.
"""
