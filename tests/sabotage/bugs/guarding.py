"""Sabotages of what events, stores and routes guard: words that last, erasure, one organisation's own.

Guards P9, P11 and P12 by breaking them.
"""

from tests.sabotage.sabotage import Sabotage

SABOTAGES = (
    Sabotage(
        name="event-renamed",
        promise="P9",
        breaks="an event is stated under another name, and those stated so far are no longer known",
        file="shared/events/engagement.py",
        old='    type: ClassVar[str] = "engagement.session.attended.v1"',
        new='    type: ClassVar[str] = "engagement.session.attended.v2"',
        red=("tests/contract/test_events.py::test_every_event_has_a_sample_and_every_sample_an_event",),
    ),
    Sabotage(
        name="erasure-keeps-the-key",
        promise="P11",
        breaks="whoever reads the database can still open what was written about an erased person",
        file="shared/vault.py",
        old="""\
            stored = await self._keys.find_one({"_id": subject}, {"wrapped": False})
        version: int = 0 if stored is None else stored["version"]
        saved_at: datetime | None = None if stored is None else stored["saved_at"]
        return Change(COLLECTION, subject, {"erased": True}, version, saved_at=saved_at)
""",
        new="""\
            stored = await self._keys.find_one({"_id": subject})
        version: int = 0 if stored is None else stored["version"]
        saved_at: datetime | None = None if stored is None else stored["saved_at"]
        kept = {} if stored is None else {"kept": stored.get("wrapped")}
        return Change(COLLECTION, subject, {"erased": True, **kept}, version, saved_at=saved_at)
""",
        red=("tests/integration/shared/test_vault.py::test_erasure_makes_everything_unreadable_and_forbids_a_new_key",),
    ),
    Sabotage(
        name="last-word-without-former-keys",
        promise="P11",
        breaks="an erasure leaves what others published under keys of which engagement never heard",
        file="services/enrolment/domain/participant.py",
        old="    return erased, (event, _identified(erased))",
        new="    return erased, (event, Tombstone(topic=IDENTIFIERS))",
        red=(
            "tests/unit/enrolment/test_participant.py::test_an_erasure_is_stated_with_all_keys_that_the_person_ever_had",
        ),
    ),
    Sabotage(
        name="log-lines-hold-anything",
        promise="P11",
        breaks="a name or a token that somebody hands to the logger is in the logs",
        file="shared/logs.py",
        old="    return kept if withheld == 0 else",
        new="    return line if withheld else",
        red=("tests/unit/shared/test_logs.py::test_bound_fields_are_held_to_the_same_list",),
    ),
    Sabotage(
        name="organisation-taken-from-the-request",
        promise="P12",
        breaks="an evaluator reads another organisation's figures by naming it",
        file="services/evaluation/api.py",
        old="    return Queries(request.app.state.views, OrganisationId(identity.organisation))",
        new="""\
    asked = request.query_params.get("organisation", identity.organisation)
    return Queries(request.app.state.views, OrganisationId(asked))""",
        red=("tests/integration/evaluation/test_access.py::test_an_organisation_reads_its_own_rows_and_no_other",),
    ),
    Sabotage(
        name="participant-found-by-anybody",
        promise="P12",
        breaks="a coordinator changes a participant of another organisation",
        file="services/enrolment/store.py",
        old='        if found is None or found["organisation"] != self.organisation:',
        new="        if found is None:",
        red=("tests/integration/enrolment/test_access.py::test_another_organisation_finds_nobody_and_changes_nothing",),
    ),
)
