"""Versions of playbooks: whole files, kept for as long as cases are decided by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from workflows.store.engine import insert_new
from workflows.store.tables import playbooks

_CURRENT = select(playbooks.c.digest).where(playbooks.c.is_current).order_by(playbooks.c.file)
_SOURCE = select(playbooks.c.file, playbooks.c.source).where(playbooks.c.digest == bindparam("version"))


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file."""

    digest: str
    name: str
    file: str
    source: str


class Playbooks:
    """Inside one transaction; `now` is desk time."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def current(self) -> Sequence[str]:
        """Return the digests of the versions that decide new cases, by their files' names."""
        return self._connection.execute(_CURRENT).scalars().all()

    def source(self, digest: str) -> tuple[str, str] | None:
        """Return file name and text of a version."""
        row = self._connection.execute(_SOURCE, {"version": digest}).first()
        return (row.file, row.source) if row else None

    def names(self) -> Mapping[str, str]:
        """Return the name of each version that was ever in use."""
        return dict(self._connection.execute(select(playbooks.c.digest, playbooks.c.name)).all())

    def replace(self, versions: Sequence[Version]) -> None:
        """Let these versions decide from now on; older ones stay for the cases that they decide."""
        self._connection.execute(update(playbooks).where(playbooks.c.is_current).values(is_current=False))
        for version in versions:
            row = {
                "digest": version.digest,
                "name": version.name,
                "file": version.file,
                "source": version.source,
                "loaded_at": self._now,
                "is_current": True,
            }
            if insert_new(self._connection, playbooks, row, unique=("digest",)) is None:
                self._connection.execute(
                    update(playbooks)
                    .where(playbooks.c.digest == version.digest)
                    .values(is_current=True, file=version.file)
                )
