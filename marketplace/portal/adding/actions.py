"""What a provider's people do to add an API, by page or by program; each is noted in the log.

Refusals are ``catalog.refusals.Refused``; ``catalog.versions.Outdated`` says that somebody else saved first.
"""

from marketplace.portal.adding.choosing import Choice, Chosen, Proposal, choose_models, look_up_models
from marketplace.portal.adding.keys import enter_key, remove_key, try_key
from marketplace.portal.adding.placing import Hesitant, Moves, Placed, add_api, change_address, remove_api

__all__ = [
    "Choice",
    "Chosen",
    "Hesitant",
    "Moves",
    "Placed",
    "Proposal",
    "add_api",
    "change_address",
    "choose_models",
    "enter_key",
    "look_up_models",
    "remove_api",
    "remove_key",
    "try_key",
]
