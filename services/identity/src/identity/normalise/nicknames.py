"""What people are called by their given names: Bob is Robert, Sasha is Alexander."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeVar

from nicknames import NickNamer

from identity.normalise.letters import fold_name

# The library's names are English. These are forms of one name across languages, and what they are called there.
_ELSEWHERE = """
aleksandr alexander alexandre alessandro alejandro alexandros sascha sasha sacha oleksandr alex
aleksandra alexandra alessandra alejandra sascha sasha sandra alex
aleksei alexei alexej alexey alyosha
andreas andrea andre andrei andrej andrey andres andrzej andrew andy drew
anna ana anne anja anya annika hannah hanna
anton antonio antoine antonius antony anthony toni tony
benjamin ben benny beniamino
katarzyna katharina katherine catherine caterina catalina ekaterina katerina kathrin katja katya kasia kathy kate
charles carlos carlo karl carl charlie
christoph christopher christophe cristobal krzysztof chris
christian cristian kristian chris
daniel daniele danilo dani danny dan
david davide dawid dave
dmitri dmitry dmitriy dimitri dimitrios dima
elisabeth elizabeth elisabetta isabel elzbieta lisa liz beth elsa else lisbeth
evgeny evgeni yevgeny jevgeni eugen eugene zhenya
francisco francesco francois franz francis frank franziskus paco pancho
frederic friedrich federico frederik fryderyk fritz fred
georg george georges jorge giorgio jerzy yuri juergen jurgen
giovanni johannes johann hans john jean juan ivan jan joao jonas hannes sean
giuseppe jose josef joseph jozef josip pepe beppe sepp pep
grigori gregory gregor grzegorz gregorio greg
guillermo guillaume wilhelm william guglielmo willem willi bill memo
heinrich henry henri enrico enrique hendrik heinz harry
helena helene helen elena olena jelena yelena lena
ignacio ignatius ignazio nacho
jacob jakob jaime jacques giacomo jakub yakov
katarina katarzyna catarina
laurentius lorenz lorenzo laurent lawrence lars
ludwig louis luis luigi lewis luigino
lukas lucas luca luke lucjan
margarete margarita margherita marguerite margaret malgorzata greta grete gosia
maria mary marie mariya marija marya mia
marek marco marcus mark markus marc marcos
matthias mateo matteo matthew mathieu mateusz matias
michael michel miguel michele mikhail michal mikael misha mischa mike
mohammed muhammad mohamed mohammad mehmet mohamad muhammed
natalia natalya natalie nataliya natasha natascha
nikolai nikolaus nicholas nicolas nicola nikolay mykola klaus nico nick
olga olha olya
paul pablo paolo pavel pawel paulo
peter pedro pierre pietro piotr pyotr petr petros
rafael raffaele raphael rafal rafa
robert roberto rupert
roman romano romain
sergei sergey sergio serge serhiy
sofia sofie sophia sophie zofia sonja sonya
stephan stefan stephen stefano esteban etienne stepan steven steffen
svetlana svitlana sveta
tatiana tatyana tetiana tanja tanya
thomas tomas tommaso tomasz tom
victor viktor vittorio wiktor
vladimir volodymyr wladimir vova volodya
wolfgang wolf
yekaterina ekaterina katya
yulia julia juliya giulia yuliya
"""


# Names of their own that a slip of the finger makes of each other.
_ALONE = """
 adrian adriana adriano alma amelia amelie angela angelo antonia bruna bruno carla carlotta carolin carolina
caroline christina christine claudia claudio clara dana daniela dora edina ella emil emilia emilie emma enzo
erik erika fabia fabian fabio flora florian gabriel gabriela gabriele hana hanne ida ilona ina inga ingo jana
jane jasmin julian juliana karla kim lara laura lea leo leon leona lina linda luna mara mario marion martin
martina maya michaela mila mina mona nina nora ole oliver olivia paula paulina renata rene renate roberta rosa
rosalia sabina sabine sara selma silvia silvio simon simona simone sina stefania stefanie tim tina toma valentin
valentina valeria valerie vera viola vito zora
"""

# A name that is short for this many others says nothing of which it is.
_TOO_MANY = 12


def _called() -> dict[str, frozenset[str]]:
    """Map a name to the full names it may be short for, itself among them.

    Where the library calls each of two short for the other, the fuller one is who has more short names: else Bill
    would be the full name that Robert and William are short for.
    """
    short_names = {full: set(short) for full, short in NickNamer.default_lookup().items()}
    full_names = defaultdict[str, set[str]](set)
    for full, short in short_names.items():
        full_names[fold_name(full)].add(fold_name(full))
        for name in short:
            back = short_names.get(name, set())
            if full not in back or len(back) <= len(short):
                full_names[fold_name(name)].add(fold_name(full))
    return {name: frozenset(full) for name, full in full_names.items() if len(full) <= _TOO_MANY}


def _abroad() -> dict[str, frozenset[int]]:
    """Map a name to the lines above that it is in."""
    lines = defaultdict[str, set[int]](set)
    for number, line in enumerate(_ELSEWHERE.strip().splitlines()):
        for name in line.split():
            lines[fold_name(name)].add(number)
    return {name: frozenset(found) for name, found in lines.items()}


_CALLED, _ABROAD = _called(), _abroad()
_KNOWN = _CALLED.keys() | _ABROAD.keys() | {fold_name(name) for name in _ALONE.split()}


def are_forms_of_one(left: str, right: str) -> bool:
    """Whether two folded given names may be what one person is called among their own."""
    return _meet(_CALLED, left, right)


def are_one_name_abroad(left: str, right: str) -> bool:
    """Whether two folded given names are one in two languages, or its pet name: few people go by both."""
    return _meet(_ABROAD, left, right)


Families = TypeVar("Families", str, int)


def _meet(families: Mapping[str, frozenset[Families]], left: str, right: str) -> bool:
    ours, theirs = families.get(left), families.get(right)
    return ours is not None and theirs is not None and not ours.isdisjoint(theirs)


def is_known(given: str) -> bool:
    """Whether this is a given name, so that one letter more or less makes it another: Maria is no misspelt Mario."""
    return given in _KNOWN
