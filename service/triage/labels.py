"""One plain line for people about each family of phrases and each level: what is happening, never what somebody is."""

from service.core.errors import N_
from service.triage.levels import Level

FAMILIES = {
    "intent": N_("Talks about suicide"),
    "passive": N_("Sounds very low"),
    "attempt": N_("Talks about a suicide attempt"),
    "plan": N_("Talks about a plan"),
    "means": N_("Names a means"),
    "setting": N_("Names a place or a last word"),
    "goodbye": N_("Says goodbye"),
    "self_harm": N_("Talks about hurting themselves"),
    "danger": N_("Someone may be in danger now"),
    "parting": N_("Sounds like leaving"),
    "closing_in": N_("Danger may be close"),
    "abuse": N_("Someone is hurting them"),
    "child_risk": N_("A child may be at risk"),
    "other_danger": N_("Worries about somebody else's life"),
    "violence": N_("Talks about hurting somebody"),
    "psychosis": N_("May not tell what is real"),
    "eating": N_("Eats too little to be well"),
    "perinatal": N_("Frightened with a baby"),
    "low_mood": N_("Sounds low"),
    "self_worth": N_("Is hard on themselves"),
    "anxiety": N_("Frightened or on edge"),
    "exhaustion": N_("Worn out"),
    "carer": N_("Worn out from caring"),
    "loneliness": N_("Feels alone"),
    "grief": N_("Grieving"),
    "trauma": N_("Something painful comes back"),
    "eating_trouble": N_("Trouble with eating"),
    "addiction": N_("Trouble with drink or drugs"),
    "perinatal_low": N_("Low around a birth"),
    "asking_help": N_("Asks for help"),
    "life_trouble": N_("Home, money or people trouble"),
    "anger": N_("Strong feelings"),
    "attack": N_("Attacks another person"),
    "encouragement": N_("Tells somebody to hurt themselves"),
    "method": N_("Has detail to take out"),
    "undertone": N_("Quiet words of trouble"),
    "answer": N_("Answers a question about safety"),
    "history": N_("Wrote in distress lately"),
    "model": N_("Sounds like somebody who needs an answer"),
}

LEVELS = {
    Level.CRISIS: N_("Someone may be in danger now"),
    Level.URGENT: N_("Please read today"),
    Level.SUPPORT: N_("Needs an answer"),
    Level.NONE: N_("Nothing found"),
}

HARMS = {
    "attack": N_("Attacks another person"),
    "encouragement": N_("Tells somebody to hurt themselves"),
    "method": N_("Has detail to take out"),
}


def label(family: str) -> str:
    """Return the message id of the line for a family; an unknown family is shown by its own name."""
    return FAMILIES.get(family, family.replace("_", " "))
