"""Populations made up from a seed, each of people who are easily taken for one another, or hard to recognise.

Every person has one to four records, as different tools would hold them: fields missing, mistyped, written otherwise.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

import msgspec
from contracts.contacts import Contact

Labelled = tuple[list[Contact], dict[int, str]]

GIVEN = (
    "Oliver", "Amelia", "George", "Isla", "Arthur", "Olivia", "Noah", "Ava", "Muhammad", "Ivy", "Leo", "Freya",
    "Oscar", "Lily", "Harry", "Florence", "Archie", "Mia", "Jack", "Willow", "Thomas", "Rosie", "Henry", "Sophia",
    "Jacob", "Isabella", "Charlie", "Grace", "James", "Daisy", "Lucas", "Emily", "William", "Ella", "Theodore",
    "Evie", "Robert", "Margaret", "Michael", "Elizabeth", "David", "Susan", "John", "Mary", "Richard", "Patricia",
    "Peter", "Barbara", "Paul", "Linda", "Hans", "Ingrid", "Jürgen", "Ursula", "Pierre", "Amélie", "José", "Lucía",
    "Giovanni", "Chiara", "Sergei", "Olga", "Piotr", "Agnieszka", "Mehmet", "Fatma",
)  # fmt: skip
FAMILY = (
    "Smith", "Jones", "Williams", "Taylor", "Brown", "Davies", "Evans", "Wilson", "Thomas", "Roberts", "Johnson",
    "Lewis", "Walker", "Robinson", "Wood", "Thompson", "White", "Watson", "Jackson", "Wright", "Green", "Harris",
    "Cooper", "King", "Lee", "Martin", "Clarke", "James", "Morgan", "Hughes", "Edwards", "Hill", "Moore", "Clark",
    "Harrison", "Scott", "Young", "Morris", "Hall", "Ward", "Turner", "Carter", "Phillips", "Mitchell", "Patel",
    "Adams", "Campbell", "Anderson", "Allen", "Cook", "Bailey", "Parker", "Miller", "Davis", "Murphy", "Price",
    "Bell", "Baker", "Griffiths", "Kelly", "Müller", "Schmidt", "Fischer", "Weber", "Dubois", "Lefèvre", "Rossi",
    "Bianchi", "García", "Fernández", "Kowalski", "Nowak", "Ivanov", "Petrov", "Y\u0131lmaz", "Özdemir", "Jansen",
    "de_Vries",
)  # fmt: skip
CITIES = (
    "London", "Birmingham", "Leeds", "Glasgow", "Sheffield", "Bradford", "Liverpool", "Edinburgh", "Manchester",
    "Bristol", "Berlin", "Hamburg", "Paris", "Lyon", "Madrid", "Roma", "Warszawa", "Amsterdam",
)  # fmt: skip
STREETS = (
    "High_Street", "Station_Road", "Main_Street", "Park_Road", "Church_Lane", "Victoria_Avenue", "Mill_Lane",
    "Queens_Drive",
)  # fmt: skip
COMPANIES = (
    "Acme", "Globex", "Initech", "Umbrella", "Hooli", "Vandelay", "Stark", "Wayne", "Tyrell", "Cyberdyne", "Wonka",
    "Aperture",
)  # fmt: skip


FIRST_CHILDREN = 1972


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who someone really is."""

    first: str
    last: str
    born: date
    email: str
    phone: str
    street: str
    city: str
    postal_code: str
    company: str | None = None


def person(random: Random, number: int) -> Person:
    """Make someone up; `number` keeps what is their own apart from everyone else's."""
    first, last = random.choice(GIVEN), random.choice(FAMILY).replace("_", " ")
    return Person(
        first=first,
        last=last,
        born=date(1940, 1, 1) + timedelta(days=random.randrange(24_000)),
        email=f"{_letters(random, 2).lower()}{number}@{random.choice(('gmail', 'web', 'posta'))}.com",
        phone=f"+4477{number:08d}",
        street=f"{random.randrange(1, 200)} {random.choice(STREETS).replace('_', ' ')}",
        city=random.choice(CITIES),
        postal_code=f"{_letters(random, 2)}{random.randrange(1, 30)} {random.randrange(1, 9)}{_letters(random, 1)}X",
    )


def _letters(random: Random, count: int) -> str:
    return "".join(random.choices("ABCDEFGHJKLMNPRSTUWY", k=count))


Shown = Callable[[Random, Person], Contact]


def mistyped(random: Random, word: str) -> str:
    """Let a finger slip: swap two letters, leave one out, or double one."""
    if len(word) < 4:
        return word
    place = random.randrange(1, len(word) - 1)
    return random.choice((
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        word[:place] + word[place + 1 :],
        word[:place] + word[place] + word[place:],
    ))  # fmt: skip


def shown(random: Random, who: Person) -> Contact:
    """Show someone as a tool would: most of it, and some of that wrong."""

    def maybe(value: str | None, chance: float) -> str | None:
        if value is None or random.random() > chance:
            return None
        return mistyped(random, value) if random.random() < 0.06 else value

    first, last = maybe(who.first, 0.95), maybe(who.last, 0.97)
    if random.random() < 0.02:
        first, last = last, first
    address = random.random() < 0.5
    return Contact(
        first_name=first,
        last_name=last,
        emails=tuple(filter(None, (maybe(who.email, 0.65),))),
        phones=tuple(filter(None, (who.phone if random.random() < 0.5 else None,))),
        birth_date=who.born.isoformat() if random.random() < 0.4 else None,
        street=maybe(who.street, 0.9) if address else None,
        city=maybe(who.city, 0.9) if address else None,
        postal_code=who.postal_code if address else None,
        company=maybe(who.company, 0.8),
    )


def strangers(random: Random, count: int) -> Iterator[Person]:
    """People who have nothing to do with each other."""
    for number in range(count):
        yield person(random, number)


def households(random: Random, count: int) -> Iterator[Person]:
    """Families: one name, one address, one telephone; two parents and two children, in each fourth family twins."""
    for number in range(0, count, 4):
        family = [person(random, number + each) for each in range(4)]
        names = random.sample(GIVEN, 4)
        ages = dict.fromkeys((2, 3), 10_000) if number % 16 == 0 else {2: 10_000, 3: random.randrange(10_400, 12_000)}
        for each, member in enumerate(family):
            born = member.born if each < 2 else family[0].born + timedelta(days=ages[each])
            yield msgspec.structs.replace(
                member, first=names[each], last=family[0].last, street=family[0].street, city=family[0].city,
                postal_code=family[0].postal_code, phone=family[0].phone, born=born,
            )  # fmt: skip


def fathers_and_sons(random: Random, count: int) -> Iterator[Person]:
    """Two of one name in one house, on one telephone."""
    for number in range(0, count, 2):
        born = date(1940, 1, 1) + timedelta(days=random.randrange(7_000))
        father = msgspec.structs.replace(person(random, number), born=born)
        yield father
        born = date(FIRST_CHILDREN, 1, 1) + timedelta(days=random.randrange(9_000))
        yield msgspec.structs.replace(father, email=person(random, number + 1).email, born=born)


def namesakes(random: Random, count: int) -> Iterator[Person]:
    """Many of few names, in few cities and companies."""
    for number in range(count):
        yield msgspec.structs.replace(
            person(random, number), first=random.choice(GIVEN[:12]), last=random.choice(FAMILY[:12]),
            city=random.choice(CITIES[:3]), company=random.choice(COMPANIES),
        )  # fmt: skip


def offices(random: Random, count: int) -> Iterator[Person]:
    """Colleagues: one address, one switchboard, one employer."""
    for number in range(0, count, 10):
        office = person(random, number)
        for each in range(10):
            yield msgspec.structs.replace(
                person(random, number + each), street=office.street, city=office.city, postal_code=office.postal_code,
                phone=office.phone, company=f"{random.choice(COMPANIES)} {number} Ltd",
            )  # fmt: skip


def at_the_desk(random: Random, who: Person) -> Contact:
    """Show someone with a desk's mailbox in place of their own, as often as not."""
    contact = shown(random, who)
    desk = (
        f"{random.choice(('info', 'sales', 'office'))}@{(who.company or 'x').split()[-2].lower()}{who.phone[-4:]}.com"
    )
    return msgspec.structs.replace(contact, emails=(desk,)) if random.random() < 0.5 else contact


def at_home(random: Random, who: Person) -> Contact:
    """Show someone with the family's mailbox at times."""
    contact = shown(random, who)
    family = f"{who.last.lower().replace(' ', '')}.family{who.phone[-6:]}@web.com"
    return msgspec.structs.replace(contact, emails=(family,)) if random.random() < 0.05 else contact


def born_or_numbered(random: Random, who: Person) -> Contact:
    """Show someone mostly with a date of birth, or as senior or junior."""
    contact = shown(random, who)
    if random.random() < 0.6:
        contact = msgspec.structs.replace(contact, birth_date=who.born.isoformat())
    if random.random() < 0.3 and contact.last_name:
        elder = who.born.year < FIRST_CHILDREN
        contact = msgspec.structs.replace(contact, last_name=f"{contact.last_name} {'Sr.' if elder else 'Jr.'}")
    return contact


_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%d %B %Y", "%B %d, %Y")


def oddly_dated(random: Random, who: Person) -> Contact:
    """Show a date of birth in any form, also in those that can be read in two ways, and hardly anything else."""
    contact = shown(random, who)
    return msgspec.structs.replace(
        contact, birth_date=who.born.strftime(random.choice(_FORMATS)), phones=(), street=None, postal_code=None
    )


def mixed_up(random: Random, who: Person) -> Contact:
    """Show names in the wrong fields, in one field, or shouted, and emails seldom."""
    contact = shown(random, who)
    way = random.randrange(4)
    if way == 0:
        contact = msgspec.structs.replace(contact, first_name=who.last, last_name=who.first)
    elif way == 1:
        contact = msgspec.structs.replace(contact, first_name=None, last_name=f"{who.last}, {who.first}")
    elif way == 2:
        contact = msgspec.structs.replace(contact, first_name=f"Dr. {who.first.upper()}", last_name=who.last.upper())
    return contact if random.random() < 0.4 else msgspec.structs.replace(contact, emails=())


_OTHERWISE = {
    "Sergei": ("Сергей", "Sergey"), "Olga": ("Ольга", "Olha"), "Ivanov": ("Иванов", "Ivanoff"), "Petrov": ("Петров",),
    "Jürgen": ("Juergen", "Jurgen"), "Müller": ("Mueller", "Muller"), "Amélie": ("Amelie",), "Lefèvre": ("Lefevre",),
    "José": ("Jose", "Pepe"), "García": ("Garcia",), "Robert": ("Bob", "Rob"), "Margaret": ("Peggy", "Maggie"),
    "William": ("Bill", "Will"), "Elizabeth": ("Liz", "Betty"), "Y\u0131lmaz": ("Yilmaz",),
    "Özdemir": ("Oezdemir", "Ozdemir"),
    "Fernández": ("Fernandez", "Fernández López"), "Richard": ("Dick", "Rick"), "Thomas": ("Tom", "Tomás"),
}  # fmt: skip


def otherwise_written(random: Random, who: Person) -> Contact:
    """Show names as another language, another keyboard or a friend writes them."""
    contact = shown(random, who)

    def written(name: str | None) -> str | None:
        return random.choice((name, *_OTHERWISE[name])) if name in _OTHERWISE else name

    return msgspec.structs.replace(
        contact, first_name=written(contact.first_name), last_name=written(contact.last_name)
    )


People = Callable[[Random, int], Iterator[Person]]

POPULATIONS: dict[str, tuple[People, Shown]] = {
    "strangers": (strangers, shown),
    "households": (households, at_home),
    "fathers and sons": (fathers_and_sons, born_or_numbered),
    "namesakes": (namesakes, shown),
    "offices, role mailboxes": (offices, at_the_desk),
    "odd dates": (strangers, oddly_dated),
    "names mixed up, few emails": (strangers, mixed_up),
    "other languages, nicknames": (strangers, otherwise_written),
}
"""What each is called: who its people are, and how they are shown."""


def population(name: str, people: int, seed: int = 7) -> Labelled:
    """Make a labelled population up; the same seed makes the same."""
    random = Random(f"{name} {seed}")
    make, show = POPULATIONS[name]
    contacts, truth = [], {}
    for number, who in enumerate(make(random, people)):
        for _ in range(random.choice((1, 1, 2, 2, 3, 4))):
            truth[len(contacts)] = str(number)
            contacts.append(show(random, who))
    return contacts, truth
