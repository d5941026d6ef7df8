"""Contacts: what is known of writing to a customer directly, by account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from workflows.store.engine import insert_new
from workflows.store.reply_tables import contacts
from workflows.store.tables import customers

YES, NO, UNKNOWN = "yes", "no", ""

_GET = select(contacts).where(
    contacts.c.account_id == bindparam("account"), contacts.c.customer_id == bindparam("customer")
)
_CUSTOMER = select(customers.c.id).where(
    customers.c.network == bindparam("of_network"), customers.c.external_id == bindparam("person")
)
_PERSON = select(customers.c.external_id).where(customers.c.id == bindparam("customer"))


@dataclass(frozen=True, slots=True)
class Contact:
    """How an account may write to a customer.

    opted_out_at  since when they want no automatic message (desk time), for good.
    privacy_at    when our first direct message told them of privacy (desk time).
    takes_dms     YES, NO, or UNKNOWN.
    asked_at      when X was asked last (machine time).
    is_encrypted  they write where only the X app can read.
    """

    account_id: str
    customer_id: int
    opted_out_at: datetime | None = None
    privacy_at: datetime | None = None
    takes_dms: str = UNKNOWN
    asked_at: datetime | None = None
    is_encrypted: bool = False


class Contacts:
    """Contacts inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account_id: str, customer_id: int) -> Contact:
        """Return what is known; a blank contact when nothing is."""
        key = {"account": account_id, "customer": customer_id}
        row = self._connection.execute(_GET, key).first()
        if row is None:
            return Contact(account_id, customer_id)
        return Contact(**{name: getattr(row, name) for name in Contact.__dataclass_fields__})

    def note(self, account_id: str, customer_id: int, **known: Any) -> None:
        """Keep what became known; the rest stays."""
        row = {"account_id": account_id, "customer_id": customer_id, **known}
        if insert_new(self._connection, contacts, row, unique=("account_id", "customer_id")) is None:
            self._connection.execute(
                update(contacts)
                .where(contacts.c.account_id == account_id, contacts.c.customer_id == customer_id)
                .values(known)
            )

    def customer_of(self, network: str, person_id: str) -> int | None:
        """Return our number of this person; None for one who never wrote to us."""
        of = {"of_network": network, "person": person_id}
        return self._connection.execute(_CUSTOMER, of).scalar()

    def person_of(self, customer_id: int) -> str:
        """Return the network's id of a customer."""
        return str(self._connection.execute(_PERSON, {"customer": customer_id}).scalar_one())
