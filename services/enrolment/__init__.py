"""Enrolment: who takes part in which cohort, from which organisation, and what the programmes are.

Owns    the catalogue (programmes, cohorts, organisations: YAML files beside this one), participants with their
        applications and enrolments, the personal fields people gave (in the vault), receipts of erasures.
Emits   on `enrolment.events`: cohort.scheduled; participant.applied, enrolled, withdrawn, moved; subject.erased.
        On the compacted `enrolment.identifiers`: participant.identified, and a tombstone when a person was erased
        and engagement has confirmed it.
Hears   from engagement, recap_tracker and evaluation: subject.erasure_confirmed.
"""
