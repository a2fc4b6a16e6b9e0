"""The outcomes that count as caught, by data.police.uk's names, each doubtful one explained.

Rows without an outcome are left out: anti-social behaviour never has one, two forces (British
Transport Police, Northern Ireland) publish none, and of the rest nobody knows yet. Counting them as
not caught would teach the model who publishes, not who is caught.
"""

CAUGHT = {
    "Local resolution": "the offender is known and agreed to make good",
    "Offender deprived of property": "",
    "Offender fined": "",
    "Offender given a caution": "",
    "Offender given a drugs possession warning": "",
    "Offender given absolute discharge": "convicted, though not punished",
    "Offender given community sentence": "",
    "Offender given conditional discharge": "convicted, though not punished for now",
    "Offender given penalty notice": "",
    "Offender given suspended prison sentence": "",
    "Offender ordered to pay compensation": "",
    "Offender otherwise dealt with": "",
    "Offender sent to prison": "",
    "Suspect charged as part of another case": "charged, if for more than this",
    "Awaiting court outcome": "charged; most who are charged are convicted",
    "Defendant sent to Crown Court": "charged; most who are charged are convicted",
    "Court result unavailable": "charged; only the court's result is not linked to the record",
    "Action to be taken by another organisation": "the offender is known and handed on",
    "Formal action is not in the public interest": "the offender is known and let go",
}
"""Name of the outcome -> why it counts, where that is not plain."""

NOT_CAUGHT = {
    "Investigation complete; no suspect identified": "",
    "Unable to prosecute suspect": "a suspect was found and got away with it",
    "Defendant found not guilty": "whoever did it was not the one in court",
    "Court case unable to proceed": "charged and got away with it",
    "Further investigation is not in the public interest": "nobody looked further",
    "Further action is not in the public interest": "nobody looked further",
}
"""Name of the outcome -> why it does not count, where that is not plain."""

UNDECIDED = {
    "Under investigation": "nobody knows yet",
    "Status update unavailable": "the force has not said for a long time",
}
"""Name of the outcome -> why such rows are left out."""
