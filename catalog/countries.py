"""Country codes in the reader's language, for the countries that providers come from."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "AE": _("United Arab Emirates"),
    "AU": _("Australia"),
    "CA": _("Canada"),
    "CH": _("Switzerland"),
    "CN": _("China"),
    "DE": _("Germany"),
    "ES": _("Spain"),
    "EU": _("European Union"),
    "FI": _("Finland"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "HK": _("Hong Kong, China"),
    "IE": _("Ireland"),
    "IL": _("Israel"),
    "IN": _("India"),
    "IT": _("Italy"),
    "JP": _("Japan"),
    "KR": _("South Korea"),
    "NL": _("Netherlands"),
    "NO": _("Norway"),
    "PL": _("Poland"),
    "RO": _("Romania"),
    "RU": _("Russia"),
    "SE": _("Sweden"),
    "SG": _("Singapore"),
    "TW": _("Taiwan, China"),
    "US": _("United States"),
}


def country_name(code: str) -> str:
    """``CN`` → ``China``; a code without a name here stays a code, and no code stays empty."""
    return str(NAMES.get(code, code))
