"""The guard over match keys: what several people use says nothing about who someone is."""

from collections.abc import Collection

from identity.keys import is_role
from identity.normalise.names import last_name_key
from identity.records import SourceRecord
from identity.rules import DEFAULT, Rules


def is_shared_by_name(key: str, rules: Rules = DEFAULT) -> bool:
    """Whether a key is nobody's own whoever carries it: a desk's mailbox, or one that a person blocked."""
    return key in rules.blocked or is_role(key)


def is_shared(carriers: Collection[SourceRecord], rules: Rules = DEFAULT) -> bool:
    """Whether a key is nobody's own, given all who carry it, the gone among them: a deletion joins no strangers."""
    if len(carriers) <= rules.names_of_a_key:
        return False
    names = {name for record in carriers if (name := last_name_key(record.contact))}
    return len(names) > rules.names_of_a_key or len(carriers) > rules.carriers_of_a_key
