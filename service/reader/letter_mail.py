"""The words of the letter by mail: those of the writer's own page as text, with no link but to this site."""

from collections.abc import Iterator
from urllib.parse import urlencode

from service.care.help_lines.book import Directory, Emergency, HelpLine
from service.care.letters import Letter
from service.core.language import gettext
from service.reader.help import Place, few_lines, host_of
from service.site.models import Site


def letter_paragraphs(letter: Letter, site: Site) -> list[str]:
    """Return what the letter says, with the lines of the owner's country: a reader's own choice is kept nowhere.

    The first paragraph, which telephones show before they are unlocked, could be anybody's.
    """
    about = few_lines(Place(site.help_country, chosen=False), letter.situations)
    lines, country = about["lines"], about["country"]
    said = [gettext("This is about what you wrote on our site."), gettext(letter.heading)]
    said += [" ".join(gettext(words) for words in (letter.soon, letter.words) if words)]
    said += [_danger(letter, about["emergency"])]
    if lines:
        said += [gettext(letter.lead), *("\n".join(_line(line)) for line in lines)]
        said += [_trust(about["reviewed"], unchecked=about["unchecked"])]
    elif country:
        no_line = (
            "We don’t know of a line in %(country)s that we are sure of. Is there one person near you whom you could "
            "wake or text? You can also look here:"
        )
        said += [gettext(no_line, country=country), *map(_directory, about["directories"])]
    else:
        said += [gettext("Is there one person near you whom you could wake or text? You can also look here:")]
        said += map(_directory, about["directories"])
    return said


def lines_link(site: Site, site_url: str) -> tuple[str, str]:
    """Return the words and the address of the link to all lines."""
    query = f"?{urlencode({'country': site.help_country})}" if site.help_country else ""
    return gettext("All lines, and those of other countries"), f"{site_url}/help{query}"


def _danger(letter: Letter, emergency: Emergency | None) -> str:
    sentences = [gettext(letter.danger, emergency=_whom_to_call(emergency))]
    if emergency is not None and emergency.text:
        sentences.append(gettext("If you can’t talk aloud, text %(number)s.", number=emergency.text))
    return " ".join(sentences)


def _whom_to_call(emergency: Emergency | None) -> str:
    if emergency is None:
        return gettext("the emergency number of the country where you are")
    if emergency.any:
        return emergency.any
    words = "%(ambulance)s (ambulance) or %(police)s (police)"
    return gettext(words, ambulance=emergency.ambulance, police=emergency.police)


def _line(line: HelpLine) -> Iterator[str]:
    """Say a line's name, then each way to reach it on a line of its own, writing before calling."""
    yield line.name
    if line.text and line.word:
        yield gettext("Text %(word)s to %(number)s", word=line.word, number=line.text)
    elif line.text:
        yield gettext("Text %(number)s", number=line.text)
    if line.whatsapp:
        yield gettext("WhatsApp %(number)s", number=line.whatsapp)
    if line.chat:
        yield gettext("Chat on %(place)s", place=host_of(line.chat))
    for number in line.phones:
        yield gettext("Call %(number)s", number=number)
    if line.hours == "always":
        yield gettext("Day and night.")
    elif line.hours is not None:
        hours = "Every day from %(opens)s to %(closes)s, by the time there."
        yield gettext(hours, opens=line.hours.opens, closes=line.hours.closes)
    if line.area:
        yield gettext("Only for %(area)s.", area=line.area)


def _trust(reviewed: str, *, unchecked: bool) -> str:
    to_be_checked = (
        "These numbers are still to be checked with the people who answer them. If one does not work, please try "
        "another."
    )
    day = gettext("Last looked at on %(day)s.", day=reviewed)
    return f"{gettext(to_be_checked)} {day}" if unchecked else day


def _directory(directory: Directory) -> str:
    return f"{directory.name}: {host_of(directory.url)}"
