"""The people who work with a company's Pipedrive."""

from sandbox.wire import JSON

_NAMES = ("Robin Keeper", "Sam Helper", "Kim Mender", "Alex Finder", "Jo Closer")


def named(user_ids: tuple[int, ...], user_id: int | None) -> str:
    """What one of them is called."""
    return _NAMES[user_ids.index(user_id)] if user_id in user_ids else "Somebody Else"


def shown(user_ids: tuple[int, ...], user_id: int, domain: str) -> JSON:
    """A user of v1."""
    name = named(user_ids, user_id)
    return {
        "id": user_id,
        "name": name,
        "email": f"{name.split(' ', maxsplit=1)[0].lower()}@{domain}.example",
        "lang": 1,
        "locale": "en_US",
        "timezone_name": "Europe/Tallinn",
        "timezone_offset": "+02:00",
        "default_currency": "EUR",
        "icon_url": None,
        "phone": None,
        "active_flag": True,
        "is_deleted": False,
        "is_admin": int(user_id == user_ids[0]),
        "role_id": 1,
        "created": "2023-01-01 08:00:00",
        "modified": "2024-01-01 08:00:00",
        "last_login": "2024-01-01 08:00:00",
        "has_created_company": user_id == user_ids[0],
        "is_you": user_id == user_ids[0],
        "activated": True,
        "access": [],
    }
