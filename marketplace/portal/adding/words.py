"""What an address or a key did when it was tried, and the mend, in the reader's language."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from marketplace.portal.adding.addresses import Pasted, Trimmed
from sandbox.detecting import Found, Saw
from sandbox.proving import Proof, Verdict
from sandbox.wire.types import Kind


class Said(NamedTuple):
    """What happened, and what to do about it (empty: nothing need be done)."""

    message: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.mend}".strip()


def of_address(found: Found) -> Said:
    """What the address did when its list of models was asked for."""
    if found.saw is Saw.BLOCKED:
        return blocked(found.why)
    return _good(found) or _http(found) or _line()[found.saw]


def _good(found: Found) -> Said | None:
    if found.saw is Saw.LIST:
        count = len(found.models or ())
        return Said(_("It answers, and lists %(count)d models.") % {"count": count})
    if found.saw is Saw.WANTS_KEY:
        return Said(_("It answers, and wants a key before it lists its models: that is the next step."))
    if found.saw is Saw.REFUSED_KEY:
        return Said(_("It answers, and does not accept the key that we hold."), _("Enter a new one in the key step."))
    if found.saw is Saw.NO_LIST:
        message = _("It answers, and has no list of models.")
        return Said(message, _("You can type the names of your models in the models step."))
    return None


def _http(found: Found) -> Said | None:
    """An answer, but not the one hoped for."""
    status = {"status": found.status or 0}
    again = _("Try again when it works, or check the address.")
    below = _("Give the address below which calls are made, usually ending in /v1, without the path of a call.")
    said = {
        Saw.NOTHING_THERE: Said(_("There is no API at this address: it answered %(status)d.") % status, below),
        Saw.BUSY: Said(
            _("It answered that there are too many requests (%(status)d).") % status, _("Try again in a minute.")
        ),
        Saw.FAILED: Said(_("It failed with an error of its own: it answered %(status)d.") % status, again),
        Saw.PAGE: Said(_("It answered with a web page instead of data."), below),
        Saw.STRANGE: Said(_("Its answer is not one that any protocol of ours knows."), below),
    }
    return said.get(found.saw)


def _line() -> dict[Saw, Said]:
    """Nothing that could be read came."""
    return {
        Saw.ENDLESS: Said(
            _("Its answer did not end: we stopped reading."),
            _("A list of models must be a whole answer, not a stream, and come within 3 seconds."),
        ),
        Saw.SILENT: Said(
            _("It took the connection and did not answer within 3 seconds."),
            _("See whether a firewall keeps us out, or whether the server is busy, and try again."),
        ),
        Saw.AWAY: Said(
            _("No connection could be made."), _("See whether the server runs and the port is open to the internet.")
        ),
        Saw.CERTIFICATE: Said(
            _("Its certificate cannot be trusted, so no key may be sent there."),
            _("Install a valid certificate for this name, with its chain, from a public authority."),
        ),
        Saw.REDIRECT: Said(
            _("It redirects to another address. We follow no redirects, for a key must not travel on."),
            _("Give the address that it leads to."),
        ),
        Saw.UNRESOLVED: Said(
            _("This name has no address on the internet."), _("Check its spelling, or the records of the domain.")
        ),
    }


def blocked(why: str) -> Said:
    """Why the guard lets nobody call this address. ``why`` is its own word (``sandbox.wire.addresses``)."""
    public = _("Give an address on the public internet, such as https://api.example.com/v1.")
    name = _("Give the API's public host name.")
    reasons = {
        "not https": Said(
            _("The address must begin with https://. Without it, keys and prompts could be read on their way."),
            _("Serve the API with a certificate, and give its https address."),
        ),
        "no such port": Said(_("There is no such port."), _("Leave the port out, or give one between 1 and 65535.")),
        "its path climbs": Said(_("The path must not contain “..” or “.”."), _("Write it out plainly.")),
        "not a host name": Said(_("This is no host name."), name),
        "not an IPv6 address": Said(_("This is no IPv6 address."), name),
        "an odd spelling of a number address": Said(_("This is no host name."), name),
        "a name of an inside network": Said(_("This name belongs to an inside network."), public),
        "it is our own address": Said(_("This is our own address."), _("Give that of your API.")),
        "not a public address": Said(_("This address is not on the public internet."), public),
        "its name resolves to something that is no address": Said(_("This name leads to no address."), name),
    }
    if why.startswith("port "):
        message = _("APIs are not served at this port.")
        return Said(message, _("Serve it at 443, 8443 or another port above 1023 that is not some other service's."))
    plain = Said(
        _("This is not a plain address."),
        _("Write https://, the host name and a path: no user name, no “?” or “#”, no spaces or escapes."),
    )
    found = reasons.get(why, plain)
    if why in {"not https", "not a public address"} and not settings.PRODUCTION:
        local = _("A server on this computer may be added when its host:port stands in LOCAL_ADDRESSES.")
        return found._replace(mend=f"{found.mend} {local}")
    return found


def of_pasting(pasted: Pasted) -> str:
    """What was changed in an address as it was pasted; empty where nothing worth a word was."""
    said = []
    if Trimmed.SCHEME in pasted.trimmed:
        said.append(_("https:// was put before it."))
    if Trimmed.CALL in pasted.trimmed:
        message = _("%(path)s was taken off its end: calls add it themselves.")
        said.append(message % {"path": pasted.removed})
    return " ".join(said)


def of_key(proof: Proof) -> Said:
    """How the trial of a key went."""
    if proof.verdict is Verdict.ANSWERED:
        return Said(_("The key works: it was answered."))
    if proof.verdict is Verdict.REFUSED:
        if proof.kind is Kind.REFUSED:
            return Said(
                _("The API knows the key and does not serve its account."),
                _("See whether the account has credit and may use this API, or enter another key."),
            )
        return Said(_("The API does not accept this key."), _("Copy it anew from where it was issued, all of it."))
    return _unsure(proof)


def _unsure(proof: Proof) -> Said:
    if proof.kind is None and proof.saw in {Saw.LIST, Saw.NO_LIST, Saw.NOTHING_THERE}:
        return Said(
            _("Whether the key works is not known yet: the list of models is open to all, and no model was asked."),
            _("It is tried again once you have chosen models."),
        )
    if proof.kind is not None:
        return Said(
            _("Whether the key works is not known: one model was asked for a token, and that failed."),
            _("Try again, or go on: the checks will show more."),
        )
    said = of_address(Found("", proof.saw))
    return Said(_("Whether the key works is not known. %(why)s") % {"why": said.message}, said.mend)
