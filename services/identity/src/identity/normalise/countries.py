"""Countries by their two letters, as far as phones need them: whose numbers these are."""

from functools import lru_cache

from phonenumbers import SUPPORTED_REGIONS

from identity.normalise.letters import fold

# Names as people write them, in English and at home. What is not here leaves the workspace's own region in force.
_NAMED = {
    name: region
    for region, names in {
        "AE": "united arab emirates,uae", "AR": "argentina", "AT": "austria,osterreich,oesterreich,aut",
        "AU": "australia,aus", "BE": "belgium,belgie,belgique,belgien,bel", "BG": "bulgaria", "BR": "brazil,brasil,bra",
        "CA": "canada,kanada,can", "CH": "switzerland,schweiz,suisse,svizzera,che", "CL": "chile",
        "CN": "china,chn,zhong guo", "CO": "colombia", "CZ": "czech republic,czechia,cesko,ceska republika,cze",
        "DE": "germany,deutschland,allemagne,alemania,ger,deu,brd", "DK": "denmark,danmark,dnk",
        "EE": "estonia,eesti", "ES": "spain,espana,spanien,espagne,esp", "FI": "finland,suomi,fin",
        "FR": "france,frankreich,francia,fra", "GB": "united kingdom,uk,great britain,england,scotland,wales,gbr",
        "GR": "greece,ellada,hellas", "HR": "croatia,hrvatska", "HU": "hungary,magyarorszag", "IE": "ireland,eire,irl",
        "IL": "israel", "IN": "india,ind", "IT": "italy,italia,italien,ita", "JP": "japan,nippon,ri ben,jpn",
        "KR": "south korea,korea,republic of korea", "LT": "lithuania,lietuva", "LU": "luxembourg,luxemburg",
        "LV": "latvia,latvija", "MX": "mexico,mex",
        "NL": "netherlands,the netherlands,nederland,holland,niederlande,nld",
        "NO": "norway,norge,nor", "NZ": "new zealand,nzl", "PL": "poland,polska,polen,pol", "PT": "portugal,prt",
        "RO": "romania", "RS": "serbia,srbija", "RU": "russia,rossiya,russian federation,rus",
        "SE": "sweden,sverige,schweden,swe", "SG": "singapore", "SI": "slovenia,slovenija",
        "SK": "slovakia,slovensko", "TR": "turkey,turkiye,tur", "UA": "ukraine,ukrayina,ukraina,ukr",
        "US": "united states,united states of america,usa,america", "ZA": "south africa,zaf",
    }.items()
    for name in names.split(",")
}  # fmt: skip


@lru_cache(maxsize=1_000)
def region_of(country: str) -> str | None:
    """Find the two letters of a country; None for one we do not know."""
    folded = fold(country)
    letters = folded.replace(" ", "").upper()
    if letters in SUPPORTED_REGIONS:
        return letters
    return _NAMED.get(folded) or _NAMED.get(folded.replace(" ", ""))
