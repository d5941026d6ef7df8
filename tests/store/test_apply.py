"""`playbook apply`: open cases follow the current playbooks when somebody asks for it."""

import pytest

from slackbot.cli.open_cases import follow_current
from tests.store.stores import RAVI, Store, asker, make_post, use
from workflows.domain.case import CaseId
from workflows.services.cases import resolve_case

CALM = """
version: 1
name: Calm
priorities: {medium: {first_response: 2h}}
"""
STRICT = CALM.replace("2h", "30m").replace("Calm", "Strict")


@pytest.fixture
def changed(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with an open and a resolved case of one playbook, and another playbook that is current."""
    monkeypatch.setenv("DATABASE_URL", store.url)
    use(store, CALM)
    store.have_case(make_post(1))
    store.have_case(make_post(2, author=RAVI, conversation_id="2"))
    with store.at(1) as uow:
        resolve_case(uow, CaseId(2), asker())
    use(store, STRICT)
    return store


def test_a_preview_names_the_open_cases_and_changes_nothing(changed: Store) -> None:
    before = (changed.case(1), changed.case(2))
    assert follow_current(preview=True) == [(1, "Strict")]
    assert (changed.case(1), changed.case(2)) == before


def test_open_cases_follow_and_resolved_ones_stay_as_they_were(changed: Store) -> None:
    due_before, resolved = changed.case(1).due_at, changed.case(2)
    assert follow_current(preview=False) == [(1, "Strict")]

    assert (due_before - changed.case(1).due_at).total_seconds() == 90 * 60
    assert changed.case(2) == resolved
    assert follow_current(preview=False) == []
