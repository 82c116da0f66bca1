"""Names of the simulated customer's own customers. All of them are made up."""

import random

PRIMARY = "Tessarine Communications"

# The first 24, chosen to be awkward: accents, an apostrophe, an ampersand, other scripts,
# one at the limit of 80 characters.
FIRST = (
    "Hotel Quellmoor",
    "Quillmere Dental Care",
    "Zahnklinik Grünwälder Höfe",
    "O'Tarrigan & Daughters Couriers",
    "Banco Altamerlo",
    "Boulangerie du Pont Mirevaux",
    "Regionalverbund der Musik-, Volkshoch- und Abendschulen Oberes Wiesenbachtal eV.",
    "Vellory Parcel Night Service",
    "さざなみ坂こどもクリニック",
    "Clínica Veterinaria Río Sereno",
    "Pflegedienst Morgenlicht Brake",
    "Marram Bay Sailing School",
    "Przychodnia Złoty Kłos",
    "Taxi Centrale Borgo Lucente",
    "École Primaire des Trois Tilleuls d'Orvanne",
    "Kestrel & Thorne Insurance Brokers",
    "Çınaraltı Kargo",  # noqa: RUF001 - Turkish has a dotless i
    "Nordhavet Fiskeauktion",
    "Farmácia da Ponte Velha de Sarrim",
    "Φαρμακείο Ανεμόμυλος",
    "Tandartspraktijk Zilverlinde",
    "Sparkontor Elbmarsch-Süd",
    "Lumbrook Water & Waste",
    "Stiftung Haus Ährengrund",
)

# Beyond the first: a trade and a name of the same language.
LANGUAGES = (
    (
        """
        {} Hotel, {} Clinic, {} Deliveries, {} School of Music, {} Savings Bank, {}
        Pharmacy, {} Cabs, {} Veterinary Centre, The {} Inn, {} & Sons Plumbing
        """,
        """
        Ashlorne, Brackenwell, Corrimoor, Dunvarrow, Elmstead Rise, Fennelby, Harrowmere,
        Larkhollow, Pemberley Cross, St Orwin's, Thistledown, Wrenford
        """,
    ),
    (
        """
        Hotel {}, Praxis {}, Kurierdienst {}, Grundschule {}, Sparverein {}, {}-Apotheke,
        Taxi {}, Tierklinik {}, Gasthof {}, Bäckerei {}
        """,
        """
        Amselgrund, Brückfeld, Dörnsee, Eichenwörth, Föhrental, Hollerbusch, Krähenstein,
        Lindenmühl, Möwenkoog, Nebelsattel, Rübenau, Wießbach
        """,
    ),
    (
        """
        Hôtel {}, Clinique {}, Coursiers {}, École {}, Caisse {}, Pharmacie {}, Taxis {},
        Cabinet {}, Auberge {}, Librairie {}
        """,
        """
        d'Aubremont, Bellecombette, Chanteloube, d'Estrevelle, Fontvieux, Mirecourbe,
        Noirval, d'Orsanne, Trois-Hêtres, Valserein
        """,
    ),
    (
        """
        Hotel {}, Clínica {}, Mensajería {}, Colegio {}, Caja {}, Farmacia {}, Radio Taxi
        {}, Panadería {}, Posada {}, Librería {}
        """,
        """
        Alcornera, Buenarroyo, Cañalegre, Dos Peñas, Españoleta, Fuenteluna, Montesol,
        Ñandubay, Peñarrubla, Valdeniebla
        """,
    ),
    (
        """
        Hotel {}, Klinika {}, Kurier {}, Szkoła {}, Apteka {}, Piekarnia {}
        """,
        """
        Bystrołąka, Dębowiec Dolny, Jeżynowo, Łososinek, Świerkowa Góra, Żurawno
        """,
    ),
    (
        """
        {}ホテル, {}医院, {}宅配, {}学園, {}薬局, {}信用組合
        """,
        """
        あおば坂, こまどり町, しらさぎ野, つきみ台, はるかぜ丘, ゆうなぎ浜
        """,
    ),
)
WORDS = tuple(
    tuple([" ".join(word.split()) for word in block.split(",")] for block in language)
    for language in LANGUAGES
)
BRANCHES = ("", "", "", " II", " Nord", " Süd", " West", " - Reception", " (Filiale 2)", " Online")


def first(index: int) -> str | None:
    """Return the chosen name at `index`, or None behind the last of them."""
    return FIRST[index] if index < len(FIRST) else None


def another(rng: random.Random) -> str:
    """Return a name put together by chance; the same one may come twice, as in life."""
    trades, owners = rng.choice(WORDS)
    return rng.choice(trades).format(rng.choice(owners)) + rng.choice(BRANCHES)
