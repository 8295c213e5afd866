"""Where a country is: the regions teams are cut by, and how many hours it is from somebody's desk.

A region is a short name for countries (`EU`, `DACH`), to be used wherever a country code can stand. Membership of the
European Union and EEA as of 2026; a country with several time zones counts by the one most of its people live in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from store.values import HOUR, Instant

NEAR = 3.0
"""Hours apart that still are the same working day."""

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_LATIN = "AR BO BR CL CO CR CU DO EC GT HN MX NI PA PE PR PY SV UY VE"
_SOUTH_EAST = "BN ID KH LA MM MY PH SG TH VN"

REGIONS: dict[str, frozenset[str]] = {
    name: frozenset(countries.split())
    for name, countries in {
        "DACH": "AT CH DE LI",
        "BENELUX": "BE LU NL",
        "NORDICS": "DK FI IS NO SE",
        "IBERIA": "ES PT",
        "UK_IE": "GB IE",
        "EU": _EU,
        "EEA": f"{_EU} IS LI NO",
        "EUROPE": f"{_EU} AL BA BY CH GB IS LI MD ME MK NO RS RU TR UA",
        "NORTH_AMERICA": "CA US",
        "LATIN_AMERICA": _LATIN,
        "AMERICAS": f"CA US {_LATIN}",
        "GREATER_CHINA": "CN HK MO TW",
        "EAST_ASIA": "CN HK JP KR MO TW",
        "SOUTHEAST_ASIA": _SOUTH_EAST,
        "SOUTH_ASIA": "BD IN LK NP PK",
        "ASIA": f"CN HK JP KR MO TW {_SOUTH_EAST} BD IN LK NP PK KZ UZ",
        "MIDDLE_EAST": "AE BH IL IQ JO KW LB OM QA SA YE",
        "OCEANIA": "AU NZ",
        "AFRICA": "DZ EG ET GH KE MA NG SN TN TZ UG ZA",
    }.items()
}
"""Region → ISO 3166 codes."""

_ZONES = dict(
    pair.split("=")
    for pair in """
    AE=Asia/Dubai AL=Europe/Tirane AR=America/Argentina/Buenos_Aires AT=Europe/Vienna AU=Australia/Sydney
    BA=Europe/Sarajevo BD=Asia/Dhaka BE=Europe/Brussels BG=Europe/Sofia BH=Asia/Bahrain BN=Asia/Brunei BO=America/La_Paz
    BR=America/Sao_Paulo BY=Europe/Minsk CA=America/Toronto CH=Europe/Zurich CL=America/Santiago CN=Asia/Shanghai
    CO=America/Bogota CR=America/Costa_Rica CU=America/Havana CY=Asia/Nicosia CZ=Europe/Prague DE=Europe/Berlin
    DK=Europe/Copenhagen DO=America/Santo_Domingo DZ=Africa/Algiers EC=America/Guayaquil EE=Europe/Tallinn
    EG=Africa/Cairo ES=Europe/Madrid ET=Africa/Addis_Ababa FI=Europe/Helsinki FR=Europe/Paris GB=Europe/London
    GH=Africa/Accra GR=Europe/Athens GT=America/Guatemala HK=Asia/Hong_Kong HN=America/Tegucigalpa HR=Europe/Zagreb
    HU=Europe/Budapest ID=Asia/Jakarta IE=Europe/Dublin IL=Asia/Jerusalem IN=Asia/Kolkata IQ=Asia/Baghdad
    IS=Atlantic/Reykjavik IT=Europe/Rome JO=Asia/Amman JP=Asia/Tokyo KE=Africa/Nairobi KH=Asia/Phnom_Penh KR=Asia/Seoul
    KW=Asia/Kuwait KZ=Asia/Almaty LA=Asia/Vientiane LB=Asia/Beirut LI=Europe/Vaduz LK=Asia/Colombo LT=Europe/Vilnius
    LU=Europe/Luxembourg LV=Europe/Riga MA=Africa/Casablanca MD=Europe/Chisinau ME=Europe/Podgorica MK=Europe/Skopje
    MM=Asia/Yangon MO=Asia/Macau MT=Europe/Malta MX=America/Mexico_City MY=Asia/Kuala_Lumpur NG=Africa/Lagos
    NI=America/Managua NL=Europe/Amsterdam NO=Europe/Oslo NP=Asia/Kathmandu NZ=Pacific/Auckland OM=Asia/Muscat
    PA=America/Panama PE=America/Lima PH=Asia/Manila PK=Asia/Karachi PL=Europe/Warsaw PR=America/Puerto_Rico
    PT=Europe/Lisbon PY=America/Asuncion QA=Asia/Qatar RO=Europe/Bucharest RS=Europe/Belgrade RU=Europe/Moscow
    SA=Asia/Riyadh SE=Europe/Stockholm SG=Asia/Singapore SI=Europe/Ljubljana SK=Europe/Bratislava SN=Africa/Dakar
    SV=America/El_Salvador TH=Asia/Bangkok TN=Africa/Tunis TR=Europe/Istanbul TW=Asia/Taipei TZ=Africa/Dar_es_Salaam
    UA=Europe/Kyiv UG=Africa/Kampala US=America/Chicago UY=America/Montevideo UZ=Asia/Tashkent VE=America/Caracas
    VN=Asia/Ho_Chi_Minh YE=Asia/Aden ZA=Africa/Johannesburg
    """.split()
)


def known(word: str) -> bool:
    """Whether a word, in capitals, can stand for countries: a region, or anything in the shape of a country code."""
    return word in REGIONS or (len(word) == 2 and word.isascii() and word.isalpha() and word.isupper())


@lru_cache(maxsize=256)
def expanded(words: frozenset[str]) -> frozenset[str]:
    """The country codes behind codes and regions."""
    return frozenset(code for word in words for code in REGIONS.get(word, (word,)))


def regions_of(country: str, among: Iterable[str]) -> list[str]:
    """Those of `among` that are regions `country` lies in, the narrowest first."""
    found = [word for word in among if country in REGIONS.get(word, ())]
    return sorted(found, key=lambda word: (len(REGIONS[word]), word))


def hours_apart(zone: str, country: str, at: Instant) -> float | None:
    """Hours between the clocks of somebody in an IANA zone and of a country's people; None where nobody knows."""
    theirs = _ZONES.get(country)
    if theirs is None:
        return None
    apart = abs(_offset(zone, at // HOUR) - _offset(theirs, at // HOUR))
    return min(apart, 24 - apart)


@lru_cache(maxsize=512)
def _offset(zone: str, hour: int) -> float:
    offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() / 3600 if offset else 0.0
