"""A stand-in X for a module of tests, emptied before each."""

from collections.abc import Iterator

import pytest

from .x_client import Sandbox, serve


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serve() as url:
        yield url


@pytest.fixture
def x(server: str) -> Iterator[Sandbox]:
    with Sandbox(server) as sandbox:
        yield sandbox
