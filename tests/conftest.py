"""Fixtures: whole desks, and databases of both kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole_desk import WholeDesk


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="session")
def shared_desk(shared_home: Path) -> Iterator[WholeDesk]:
    """One running desk that the journeys share: each uses words of its own."""
    desk = WholeDesk(shared_home)
    try:
        yield desk.start()
    finally:
        desk.stop()


@pytest.fixture
def desk(shared_desk: WholeDesk) -> Iterator[WholeDesk]:
    """The shared desk, without faults before and after."""
    shared_desk.end_faults()
    yield shared_desk
    shared_desk.end_faults()


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[WholeDesk]:
    """A desk of the test's own that it starts itself and may kill."""
    desk = WholeDesk(tmp_path)
    try:
        yield desk
    finally:
        desk.stop()
