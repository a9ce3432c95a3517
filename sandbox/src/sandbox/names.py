"""The words that seeded people are made of: names of many cultures, towns, companies, titles.

A name is written as its bearer writes it; where that is not in Latin letters, a bar parts it from the spelling
of a passport, as in `Юрий|Yuriy`.
"""

# ruff: noqa: RUF001, SIM905 - names of the world look alike at times, and read best as one line of words

import msgspec


class Culture(msgspec.Struct, frozen=True):
    """Where a person is from, as far as an address book can tell."""

    country: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    towns: tuple[str, ...]
    """Town and region, parted by a bar."""
    street: str
    """How a street and a house number are written, with `{name}` and `{number}`."""
    company: tuple[str, ...]
    mobile: tuple[str, ...]
    """Ten starts of a mobile number, to be followed by six digits; a space ends the country code."""


def _culture(country: str, *, given: str, family: str, towns: str, street: str, company: str, mobile: str) -> Culture:
    starts = mobile.split("/")
    return Culture(
        country=country,
        given=tuple(given.split()),
        family=tuple(family.split()),
        towns=tuple(towns.split(";")),
        street=street,
        company=tuple(company.split("/")),
        mobile=tuple(starts if len(starts) == 10 else (f"{starts[0]}{digit}" for digit in range(10))),
    )


CULTURES = (
    _culture(
        "United States",
        given="Olivia Liam Emma Noah Ava Elijah Sophia James Amelia Benjamin Mia Lucas Harper Henry Evelyn Jack",
        family="Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor O'Brien Moore Jackson Clark",
        towns="Austin|TX;Seattle|WA;Chicago|IL;Boston|MA;Denver|CO;Portland|OR;Atlanta|GA",
        street="{number} {name} Ave",
        company="Inc./LLC/Corp.",
        mobile="+1 2065/+1 2125/+1 3035/+1 3125/+1 4045/+1 4155/+1 5125/+1 6175/+1 7025/+1 8185",
    ),
    _culture(
        "United Kingdom",
        given="Oliver Isla George Ivy Harry Freya Arthur Poppy Alfie Rosie Archie Florence Rory Niamh",
        family="Wright Thompson Walker Hughes Edwards Hall Green Wood Harris Lewis MacDonald Campbell Evans Patel",
        towns="London|Greater London;Leeds|West Yorkshire;Bristol|;Edinburgh|Scotland;Cardiff|Wales",
        street="{number} {name} Road",
        company="Ltd/PLC/& Sons",
        mobile="+44 771",
    ),
    _culture(
        "Germany",
        given="Jürgen Anneliese Lukas Mia Björn Käthe Maximilian Sophie Günther Heike Felix Lena Jörg Anja",
        family="Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schäfer Koch Bauer Groß Köhler Weiß",
        towns="Berlin|;München|Bayern;Hamburg|;Köln|Nordrhein-Westfalen;Leipzig|Sachsen;Nürnberg|Bayern",
        street="{name}straße {number}",
        company="GmbH/AG/KG",
        mobile="+49 1512",
    ),
    _culture(
        "France",
        given="Chloé Léa François Hélène Théo Zoé Jérôme Élodie Loïc Inès Benoît Aurélie Noémie Rémi",
        family="Martin Bernard Dubois Lefèvre Moreau Girard Lambert Fontaine Chevalier Gauthier Périer Faure Noël",
        towns="Paris|Île-de-France;Lyon|Auvergne-Rhône-Alpes;Nantes|Pays de la Loire;Besançon|",
        street="{number} rue {name}",
        company="SARL/SA/SAS",
        mobile="+33 61",
    ),
    _culture(
        "Spain",
        given="Lucía Hugo Martina José Sofía Íñigo Begoña Álvaro Paula Adrián Carmen Jesús Noa Andrés",
        family="García Rodríguez Fernández López Sánchez Pérez Gómez Muñoz Ibáñez Moreno Núñez Castro Ortega Vidal",
        towns="Madrid|Madrid;Sevilla|Andalucía;A Coruña|Galicia;Zaragoza|Aragón;Bilbao|País Vasco",
        street="Calle {name}, {number}",
        company="S.L./S.A.",
        mobile="+34 61",
    ),
    _culture(
        "Italy",
        given="Giulia Matteo Sofia Niccolò Chiara Lorenzo Aurora Davide Beatrice Nicolò Alessia Pietro Elena Luca",
        family="Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Conti D'Angelo Gallo Costa",
        towns="Milano|MI;Roma|RM;Torino|TO;Bologna|BO;Napoli|NA",
        street="Via {name} {number}",
        company="S.r.l./S.p.A.",
        mobile="+39 333",
    ),
    _culture(
        "Brazil",
        given="João Maria Antônio Beatriz Thiago Letícia Vinícius Conceição Caio Larissa Estêvão Yasmin Davi Lúcia",
        family="Silva Santos Oliveira Souza Gonçalves Araújo Ribeiro Conceição Barbosa Rocha Mendonça Assunção",
        towns="São Paulo|SP;Rio de Janeiro|RJ;Florianópolis|SC;Belém|PA;Maceió|AL",
        street="Rua {name}, {number}",
        company="Ltda./S.A.",
        mobile="+55 1198",
    ),
    _culture(
        "Poland",
        given="Zofia Jakub Łucja Michał Agnieszka Paweł Małgorzata Wojciech Bożena Grzegorz Ewa Stanisław",
        family="Nowak Wiśniewski Wójcik Kamińska Lewandowski Zieliński Szymańska Woźniak Dąbrowski Kozłowska Jabłoński",
        towns="Warszawa|mazowieckie;Kraków|małopolskie;Łódź|łódzkie;Gdańsk|pomorskie",
        street="ul. {name} {number}",
        company="Sp. z o.o./S.A.",
        mobile="+48 60",
    ),
    _culture(
        "Sweden",
        given="Åsa Björn Elsa Håkan Linnéa Göran Ebba Örjan Saga Sören Märta Nils",
        family="Andersson Johansson Nilsson Sjöberg Lindström Åkesson Öberg Bergström Holmqvist Engström Ström",
        towns="Stockholm|;Göteborg|Västra Götaland;Malmö|Skåne;Umeå|Västerbotten",
        street="{name}gatan {number}",
        company="AB/& Co AB",
        mobile="+46 70",
    ),
    _culture(
        "Greece",
        given="Γιώργος|Giorgos Ελένη|Eleni Νίκος|Nikos Κατερίνα|Katerina Δημήτρης|Dimitris Σοφία|Sofia Άννα|Anna",
        family="Παπαδόπουλος|Papadopoulos Νικολάου|Nikolaou Γεωργίου|Georgiou Ιωάννου|Ioannou Οικονόμου|Oikonomou "
        "Μακρής|Makris Αθανασίου|Athanasiou",
        towns="Αθήνα|Αττική;Θεσσαλονίκη|Κεντρική Μακεδονία;Πάτρα|",
        street="{name} {number}",
        company="A.E./E.P.E.",
        mobile="+30 697",
    ),
    _culture(
        "Ukraine",
        given="Олена|Olena Андрій|Andriy Юлія|Yuliya Тарас|Taras Оксана|Oksana Богдан|Bohdan Ірина|Iryna Юрій|Yuriy",
        family="Шевченко|Shevchenko Коваленко|Kovalenko Бондаренко|Bondarenko Мельник|Melnyk Ткаченко|Tkachenko "
        "Кравченко|Kravchenko Лисенко|Lysenko Гончар|Honchar",
        towns="Київ|;Львів|Львівська область;Одеса|Одеська область",
        street="вул. {name} {number}",
        company="TOV/PrAT",
        mobile="+380 671",
    ),
    _culture(
        "Japan",
        given="陽菜|Hina 蓮|Ren 結衣|Yui 大翔|Hiroto 美咲|Misaki 翔太|Shota さくら|Sakura 健|Ken 直子|Naoko",
        family="佐藤|Sato 鈴木|Suzuki 高橋|Takahashi 田中|Tanaka 渡辺|Watanabe 伊藤|Ito 山本|Yamamoto 小林|Kobayashi",
        towns="東京|東京都;大阪|大阪府;札幌|北海道",
        street="{name} {number}-2",
        company="K.K./G.K.",
        mobile="+81 9012",
    ),
    _culture(
        "India",
        given="Aarav Ananya Vivaan Diya Arjun Priya Rohan Ishita Karthik Meera Sanjay Lakshmi",
        family="Sharma Iyer Singh Gupta Nair Reddy Chatterjee Patel Krishnamurthy Banerjee Das Kulkarni",
        towns="Mumbai|Maharashtra;Bengaluru|Karnataka;Chennai|Tamil Nadu;Kolkata|West Bengal",
        street="{number}, {name} Marg",
        company="Pvt. Ltd./LLP",
        mobile="+91 981",
    ),
    _culture(
        "Türkiye",
        given="Zeynep Yusuf Elif Ömer Ayşe Emre İrem Çağlar Şule Gökhan Büşra Onur",
        family="Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç",
        towns="İstanbul|;Ankara|;İzmir|;Eskişehir|",
        street="{name} Cad. No: {number}",
        company="A.Ş./Ltd. Şti.",
        mobile="+90 532",
    ),
    _culture(
        "Nigeria",
        given="Chinonso Adaeze Oluwaseun Ngozi Emeka Folasade Ibrahim Amina Chidi Temitope Zainab Tunde",
        family="Okafor Adeyemi Balogun Eze Mohammed Okonkwo Adebayo Nwosu Abubakar Olawale Obi Danjuma",
        towns="Lagos|Lagos State;Abuja|FCT;Ibadan|Oyo;Kano|Kano State",
        street="{number} {name} Street",
        company="Ltd/Ventures",
        mobile="+234 803",
    ),
)

STREETS = ("Linden", "Harbor", "Station", "Church", "Market", "Mill", "Garden", "Castle", "Victor Hugo", "Garibaldi")

FIRST_WORDS = (
    "Amber Arctic Autumn Basalt Birch Blue Bright Cedar Clear Cobalt Copper Coral Crimson Crystal Delta Eastern "
    "Ember Falcon Fern Golden Granite Green Harbor Hazel Iron Ivory Juniper Kestrel Lark Lunar Maple Meadow Mellow "
    "Misty Noble Northern Oak Ocean Olive Onyx Orchid Pine Prime Quartz Quiet Raven Red River Royal Sable Sierra "
    "Silver Solar Spring Sterling Stone Summit Swift Tidal Timber Velvet Violet Western Willow"
).split()

SECOND_WORDS = (
    "Analytics Apparel Atelier Bakery Bank Biotech Books Brewery Bridge Builders Capital Ceramics Clinic Cloud "
    "Coffee Construction Consulting Dairy Dental Design Dynamics Energy Engineering Estates Farms Foods Foundry "
    "Freight Furniture Games Gardens Glass Health Homes Hotels Imaging Instruments Insurance Interiors Labs Legal "
    "Logistics Marine Media Metals Motors Music Networks Optics Paper Partners Pharma Pictures Press Realty Robotics "
    "Security Software Steel Studios Systems Textiles Tools Travel"
).split()

TITLES = (
    "Chief Executive Officer;Head of Sales;Marketing Manager;Software Engineer;Purchasing;Office Manager;CFO;"
    "VP Operations;Product Owner;Customer Success Manager;Consultant;Founder & CEO;Accountant;HR Business Partner;"
    "Account Executive;Data Analyst;Geschäftsführer;Directeur général;Project Manager;Buyer"
).split(";")

PRIVATE_DOMAINS = ("postbox.example", "kmail.example", "inbox.example", "yonder.example", "webpost.example")
