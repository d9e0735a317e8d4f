"""The reply templates that come with Attune: a start for each situation, never a script (pure data).

In English alone: other languages are written by people of the site, on the page of templates. They have not been
seen by a clinician or by people who went through it; docs/author.md says what should be reviewed.
"""

from service.core.errors import N_
from service.moderation.replies.situations import Situation

LANGUAGE = "en"

TEXTS: dict[Situation, str] = {
    Situation.CARER: (
        "{name}, I read what you wrote about {who_you_care_for}. {something_they_said} is a lot for one person. "
        "Feeling worn out or cross doesn’t make you a bad carer. Is there one small thing someone else could take on "
        "this week? There are people just for carers here: {help_link}.\n\n{my_own_line}"
    ),
    Situation.HOPELESS: (
        "{name}, thank you for saying how dark it feels. I won’t try to talk you out of it. {what_i_heard} Sometimes "
        "when it gets this heavy, people think about suicide. If that’s true for you, please talk to someone today: "
        "{help_link}.\n\n{my_own_line}"
    ),
    Situation.SUICIDE: (
        "{name}, I’m glad you told us you’re thinking about suicide, and I’m sorry it hurts this much. I can’t be with "
        "you, and I read here only on {days}. People trained for this are here: {help_link}. Could you also tell one "
        "person near you today?\n\n{my_own_line}"
    ),
    Situation.PLAN: (
        "{name}, I’m worried you could die. Please call {emergency_number} now, or {line_name}, {line_number}. If "
        "anyone is close by, show them this. I can’t send help from here, so I want you to have it.\n\n{my_own_line}"
    ),
    Situation.SELF_HARM: (
        "{name}, you don’t need to say sorry for writing this. {what_i_heard} If you’re hurt now, please get it looked "
        "at, and you don’t have to explain it all. If you want to talk with someone who won’t judge: {help_link}."
        "\n\n{my_own_line}"
    ),
    Situation.ABUSE: (
        "{name}, I believe you, and it isn’t your fault. You know your life best, so I won’t tell you what to do. "
        "People who understand this can help you think it through: {help_link}. Please keep details off this page. If "
        "you can, look from a device only you use.\n\n{my_own_line}"
    ),
    Situation.CHILD: (
        "{name}, you did right to speak up. If a child is in danger now, call {emergency_number}. If not, "
        "{child_line} can tell you what to do next, and you don’t need proof to ask. Please don’t post the child’s "
        "name or school. We may have to pass on what we know.\n\n{my_own_line}"
    ),
    Situation.YOUNG: (
        "{name}, thank you for telling us. What happened is not your fault. I can’t keep this secret if you might be "
        "hurt, because you deserve help. Could you tell {a_grown_up_they_named}, or talk to someone here: "
        "{help_link}?\n\n{my_own_line}"
    ),
    Situation.GRIEF: (
        "{name}, I’m so sorry that {name_of_person_who_died} died. Thank you for telling us {something_about_them}. "
        "There’s no right way to feel. If you’d like to say more about them, I’d be glad to read it. Support for "
        "people who are grieving: {help_link}.\n\n{my_own_line}"
    ),
    Situation.ANGRY: (
        "{name}, thank you for being straight with me. You’re right that {the_fair_point}. I will {what_i_will_do} by "
        "{date}. Where we see it differently, I’ve left your words here for people to read.\n\n{my_own_line}"
    ),
    Situation.WORRIED: (
        "{name}, thank you for looking out for someone. I’ve read it and I will {what_i_will_do}. I won’t talk about "
        "them here. If you think they could die and you know who or where they are, call {emergency_number}. Help for "
        "you too: {help_link}.\n\n{my_own_line}"
    ),
    Situation.PERSONAL: (
        "{name}, thank you for reading. I don’t answer personal or medical questions here, for anyone, so that "
        "everyone’s privacy is kept. {general_point_from_the_post} For your own situation, {who_to_ask} is the best "
        "place. If things feel urgent: {help_link}.\n\n{my_own_line}"
    ),
    Situation.OTHER: (
        "{name}, thank you for writing this here. {what_i_heard} I read here on {days}. Until then there are people "
        "who listen: {help_link}.\n\n{my_own_line}"
    ),
}

# What a person should put in place of a placeholder; those that Attune knows are filled in when it can.
PLACEHOLDERS: dict[str, str] = {
    "name": N_("their name"),
    "help_link": N_("the address of the page of help lines"),
    "days": N_("when you read here"),
    "line_name": N_("the name of a help line"),
    "line_number": N_("its number, from the page of help lines"),
    "emergency_number": N_("the emergency number of their country"),
    "child_line": N_("a line for children and those who worry about one"),
    "my_own_line": N_("one sentence from you"),
    "who_you_care_for": N_("whom they look after"),
    "something_they_said": N_("in their own words"),
    "what_i_heard": N_("one sentence: what you heard them say"),
    "a_grown_up_they_named": N_("a grown-up they named, or “a teacher you like”"),
    "name_of_person_who_died": N_("the name, as they wrote it"),
    "something_about_them": N_("what they told of them"),
    "the_fair_point": N_("what they are right about"),
    "what_i_will_do": N_("one thing that you will do"),
    "date": N_("a day"),
    "general_point_from_the_post": N_("one sentence from the article"),
    "who_to_ask": N_("for example: your doctor"),
}
