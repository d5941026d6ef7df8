"""The people on the stand-in X, and who they are at the start."""

from __future__ import annotations

from dataclasses import dataclass

BRAND = "1700000000000000001"

TAKES_DMS = ("everyone", "verified", "contacts", "nobody")
"""From whom a person takes a first direct message; `contacts` are those whom they follow."""


@dataclass(slots=True)
class Person:
    """An account on X; `lang` is what its owner mostly writes.

    follows_us      follows the brand.
    blocks_us       has blocked the brand.
    takes_dms       one of TAKES_DMS; whoever has written to the brand takes its answer anyway.
    encrypted_dms   writes direct messages that the API never shows.
    """

    id: str
    username: str
    name: str
    lang: str = "en"
    followers: int = 0
    verified: bool = False
    protected: bool = False
    suspended: bool = False
    follows_us: bool = False
    blocks_us: bool = False
    takes_dms: str = "everyone"
    encrypted_dms: bool = False

    def change(self, given: dict[str, object]) -> None:
        """Take over these attributes; raise ValueError when one cannot be."""
        takes = given.get("takes_dms", self.takes_dms)
        if takes not in TAKES_DMS:
            raise ValueError(f"takes_dms must be one of {', '.join(TAKES_DMS)}, not {takes!r}")
        for key, value in given.items():
            setattr(self, key, value)

    def takes_first_dm_from(self, brand: Person) -> bool:
        """Say whether the settings let the brand write first."""
        return (
            self.takes_dms == "everyone"
            or (self.takes_dms == "verified" and brand.verified)
            or (self.takes_dms != "nobody" and self.follows_us)
        )


def seed() -> list[Person]:
    """Return the people of docs/sandbox.md, the brand first."""
    return [
        Person(BRAND, "sarishop", "Sari Shop", followers=48_200, verified=True),
        Person("1700000000000000011", "emma_w", "Emma Wilson", "en", 1_204),
        Person("1700000000000000012", "ravi_k", "रवि कुमार", "hi", 312),
        Person("1700000000000000013", "lakshmi_t", "లక్ష్మి", "te", 8_950, verified=True),
        Person("1700000000000000014", "tanvir_h", "তানভীর হোসেন", "bn", 77),
        Person("1700000000000000015", "ismail_d", "İsmail Doğan", "tr", 15_300),
    ]
