"""The desk's open cases, moved to the current version of their playbook by hand."""

from workflows.desk import house_of, rates_of
from workflows.services.clocks import follow_new_version
from workflows.services.playbooks import current_playbooks, make_ready, open_cases_of_others
from workflows.settings import load_settings
from workflows.store.engine import make_engine
from workflows.store.unit_of_work import begin_on

_CHUNK = 20
_ALL = 1_000_000


def follow_current(*, preview: bool) -> list[tuple[int, str]]:
    """Let open cases follow the current playbooks; return number and playbook of each.

    preview  change nothing.

    A running desk shows what changed; without one, it does so when it comes up.
    """
    settings = load_settings()
    engine = make_engine(settings.store_url)
    begin = begin_on(engine, rates_of(settings), lambda _: None, house_of(settings))
    moved: list[tuple[int, str]] = []
    try:
        for playbook in make_ready(begin):
            while True:
                with begin() as uow:
                    if playbook.digest not in {one.digest for one in current_playbooks(uow)}:
                        break
                    behind = open_cases_of_others(uow, playbook, _ALL if preview else _CHUNK)
                    if not preview:
                        follow_new_version(uow, playbook.digest, behind)
                moved += [(case.id, playbook.name) for case in behind]
                if preview or not behind:
                    break
    finally:
        engine.dispose()
    return moved
