from collections.abc import Iterator

import pytest

from tests.store.stores import Store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A migrated store; each test that asks for it runs on SQLite and on PostgreSQL."""
    made = Store(database_url)
    yield made
    made.engine.dispose()
