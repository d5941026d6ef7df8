"""A thousand random steps of people, faults and deaths end with every promise kept.

SCHEDULE_SEED=7 SCHEDULE_STEPS=5000 .venv/bin/python -m pytest tests/faults/test_schedule.py
"""

import os
from pathlib import Path

import pytest

from tests.faults import schedule_people, schedule_trouble
from tests.faults.breakable import BreakableDesk
from tests.faults.promises import broken
from tests.faults.schedule import Walk
from tests.faults.settling import settle

SEED = int(os.environ.get("SCHEDULE_SEED", "20261122"))
STEPS = int(os.environ.get("SCHEDULE_STEPS", "1000"))
PART = 100
PLAYBOOK = """version: 1
name: Schedule
people:
  agents: [U0ASHA, U0MEHMET, U0PRIYA, U0OMAR]
  supervisors: [U0PRIYA, U0OMAR]
  admins: [U0OMAR]
threading: {burst: 1s}
replies: {undo: 3s, signature: "– {agent.first_name}"}
macros:
  - name: late
    title: It is late
    text: {en: "Sorry it is late, {customer.first_name|there}.", tr: "Gecikme için özür dileriz."}
  - {name: sorry, title: Sorry, text: {en: ["We are sorry, {customer.first_name|there}.", "So sorry."]}}
  - {name: invite, title: Write to us, text: {en: "Please write to us by direct message: {dm_link}"}}
move_to_dm: {invite: invite, wait: 10m}
tone:
  verdicts: {swearing: refuse, aggression: refuse, defensive: warn, blame: approval, too_long: note}
approvals:
  rules:
    - {name: money, when: {offers: true}, within: 10m, then: [admins]}
    - {name: law, when: {sensitive: true}, within: 10m, then: [admins]}
    - {name: tone, when: {tone: true}, within: 10m, then: [admins]}
triage:
  otherwise: {priority: medium}
  rule_sets:
    - name: topics
      rules:
        - {name: law, when: {words: ["lawyer*", "avukat*"]}, then: {priority: high, sensitive: true}}
        - {name: parcels, when: {words: [parcel, "kargo*", order]}, then: {tags: [parcels]}}
priorities:
  high: {first_response: 15m, next_response: 15m}
  medium: {first_response: 1h, next_response: 1h}
  low: {first_response: 24h, next_response: 24h}
escalation:
  ladders:
    - name: all
      steps:
        - {after: 2m, ping: [agents]}
        - {at: 75%, ping: [supervisors], channel: supervisors}
"""
QUICK = {"X_DMS_PER_15MIN": "100000", "X_DM_POLL_SECONDS": "0.5"}


@pytest.mark.timeout(600)
def test_a_random_schedule_of_people_faults_and_deaths_breaks_no_promise(tmp_path: Path) -> None:
    desk = BreakableDesk(tmp_path, QUICK)
    (desk.playbooks / "desk.yaml").write_text(PLAYBOOK)
    walk = Walk(desk, SEED)
    acts = [*schedule_people.ACTS, *schedule_trouble.ACTS]
    try:
        desk.start()
        desk.control("seed", {"seed": SEED})
        with walk.telling():
            walk.go(10, [(1, schedule_people.customer_writes)])
            settle(walk)
            while walk.step < STEPS:
                walk.go(min(PART, STEPS - walk.step), acts)
                settle(walk)
                found = broken(desk)
                assert not found, "\n".join(found)
    finally:
        desk.stop()
