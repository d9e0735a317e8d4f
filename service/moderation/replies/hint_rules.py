"""Phrases that a reply to somebody in distress had better not hold, why, and kinder words (pure data).

`phrases` are written as in the lexicon: `(a|b|)` stands for one of these or nothing. `spared` are longer phrases in
which the same words do no harm. Three rules ask for a second look; none of them forbids anything. The research
behind each rule is named in docs/author.md.
"""

from dataclasses import dataclass

from service.core.errors import N_
from service.triage.levels import Level


@dataclass(frozen=True)
class Rule:
    """What to look for; `hold`: ask for a second look; `above`: only in an answer to a level higher than this."""

    key: str
    why: str
    kinder: str
    phrases: tuple[str, ...]
    spared: tuple[str, ...] = ()
    hold: bool = False
    above: Level | None = None


_WILL = "(i'll|i will|i'm going to|i am going to|we'll|we will)"
_WONT = "(i won't|i will not|i'll never|i will never|we won't|we will not)"
_NOT = "(not|never|don't|do not|needn't|doesn't|does not|can't|cannot|couldn't)"
_ILL = (
    "(ptsd|cptsd|bipolar|bpd|adhd|ocd|schizophrenia|schizophrenic|psychosis|psychotic|depression|"
    "anxiety disorder|an anxiety disorder|an eating disorder|a personality disorder|a disorder|a mental illness|"
    "clinical depression|clinically depressed|trauma bonding|dissociation|an addiction)"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "rescue",
        N_("Nobody can keep this promise from here."),
        N_("I can’t be there, and I want you to reach someone who can."),
        (
            f"{_WILL} (save|rescue|protect|fix) (you|this|everything)",
            f"{_WILL} keep you safe",
            f"{_WILL} (make sure|see to it) (that|) (nothing|you are safe|you're safe|you will be safe|no one)",
            f"{_WONT} let (anything|anyone|anybody|you) (happen|hurt|harm|die|go|do)",
            "nothing (bad|) will happen to you",
            "i'll always be there for you",
        ),
        hold=True,
    ),
    Rule(
        "secrecy",
        N_("If a life is at risk this can’t be kept, and it keeps help away."),
        N_("I’ll be careful with this. If a life is at risk I may need to tell someone."),
        (
            f"{_WONT} tell (anyone|anybody|a soul|a single person|another soul)",
            f"{_WILL} (tell|) (no one|nobody)",
            f"{_WILL} keep (this|it|that|your) (a|) (secret|between us|to myself|private)",
            "(stays|stay|is|keep it|keep this) between (us|you and me|the two of us)",
            "(your|our) secret is safe",
        ),
        hold=True,
    ),
    Rule(
        "method",
        N_("Detail about a way to get hurt can harm another reader, and the person you write to."),
        N_("Leave it out, or say: what you described."),
        (
            "(overdose|overdosing|overdosed|pills|tablets|sleeping pills|paracetamol|noose|rope|ropes|razor|razors)",
            "(razor blade|razor blades|blades|gun|guns|rifle|pistol|poison|carbon monoxide|exhaust pipe|helium|bleach)",
            "(hang|hanging|hanged|hung|drown|drowning|shoot|shooting|stab|starve|strangle) "
            "(yourself|himself|herself|themselves|myself)",
            "(jump|jumped|jumping) (off|from|in front of|out of|under)",
            "(cut|cutting|slit|slitting|slash|slashing) (your|his|her|their|my|) (wrist|wrists|arm|arms|thigh|thighs)",
            "(on|by|near|to|at|from) the (bridge|cliff|cliffs|railway|train tracks|tracks|roof|rooftop|motorway)",
            "(with|using|take|took|taking|get|put away|put down) (a|the|that|your) (knife|knives|blade|scissors|belt)",
        ),
        hold=True,
        above=Level.NONE,
    ),
    Rule(
        "committed",
        N_("“Committed” sounds like a crime."),
        N_("died by suicide"),
        (
            "(commit|commits|committed|committing) suicide",
            "(attempt|attempted|tried|trying|wanted|planned|going) to commit suicide",
        ),
    ),
    Rule(
        "failed attempt",
        N_("This calls surviving a failure."),
        N_("survived an attempt; or, of somebody who died: died by suicide"),
        (
            "(failed|unsuccessful|successful|completed) (suicide|) (attempt|attempts)",
            "(attempt|attempts) (failed|succeeded)",
        ),
    ),
    Rule(
        "attention",
        N_("This shames somebody for asking."),
        N_("You told us, and that matters."),
        ("(a|just a|) cry for help", "attention (seeking|seeker)", "(want|wanted|wanting|for|seek|seeking) attention"),
    ),
    Rule(
        "strong",
        N_("This asks them to hide how hard it is."),
        N_("You don’t have to be strong here."),
        (
            "(stay|be|keep|remain) (so|) strong",
            "you are (so|very|) strong",
            "you're (so|very|) strong",
            "(so|how) (brave|strong) (of you|you are)",
            "you're amazing",
            "you are amazing",
        ),
        (
            f"{_NOT} (have|need) to (be|stay) (so|) (strong|brave)",
            f"{_NOT} (need|) (be|stay) (so|) strong",
            "tired of (being|having to be) strong",
        ),
    ),
    Rule(
        "advice",
        N_("This takes the choice away from them."),
        N_("One thing some people try is …"),
        (
            "you (should|must|ought to|have to|need to|had better)",
            "you've got to",
            "why don't you (just|)",
            "have you tried",
            "if i were you",
        ),
        (
            f"you {_NOT} (have|need) to",
            "you (should|must) (not|never) have (had|been|gone|to|felt)",
            "you must (be|feel|have|miss|love|carry)",
            "(do|did|would|whatever|what|all|if|when|as|whenever|anything|than) you (need|have) to",
            "do you (have|need) to",
            "don't you have to",
            "why don't you (come|join)",
            "nothing (that|) you (have|need) to",
        ),
    ),
    Rule(
        "leave",
        N_("Leaving can be the most dangerous time, and this sounds like blame."),
        N_("It’s your choice and your timing. A line can help you plan."),
        (
            "(just|) leave (him|her|them|that man|your husband|your wife|your partner)",
            "why (don't|didn't|do not|did not|haven't|won't) you (just|) (leave|left|go|walk out)",
            "why (do|did|would) you (stay|stayed|go back|put up)",
            "(get|walk) (out|away) (of there|from him|from her|from them)",
        ),
        ("(don't|do not|not|never) (have to|need to|tell you to|) leave (him|her|them)",),
    ),
    Rule(
        "why did you",
        N_("A question why sounds like blame."),
        N_("What was that like for you?"),
        ("why (did|didn't|don't|haven't|hadn't|would|wouldn't|do|did not|do not) you",),
        ("why do you (ask|think)",),
    ),
    Rule(
        "reason",
        N_("This explains the pain away."),
        N_("There may be no good reason. I’m sorry."),
        (
            "everything happens for a reason",
            "(happened|happens|happening|this is|it is|all) for a reason",
            "(meant|supposed) to be",
            "(god|the universe|life) (has a plan|never gives|doesn't give|only gives)",
            "part of (god's|a|the) plan",
            "blessing in disguise",
            "makes you stronger",
        ),
        ("(not|never) (meant|supposed) to be",),
    ),
    Rule(
        "at least",
        N_("This makes it smaller."),
        N_("That is a lot to lose."),
        ("at least (you|you're|you've|he|he's|she|she's|they|it|it's|your|his|her|there|now|that|this|we|i|the)",),
    ),
    Rule(
        "know how you feel",
        N_("Nobody can know this."),
        N_("I can’t know just how this is for you."),
        (
            "i (know|understand) (exactly|just|precisely|completely|totally|) (how|what) "
            "(you feel|you're feeling|you are feeling|you're going through|you are going through|that feels|it feels)",
            "i've been (exactly|) (there|in your shoes|where you are)",
        ),
        (f"i {_NOT} (know|understand) (exactly|just|) (how|what)", "i can't (know|begin to know)"),
    ),
    Rule(
        "others have it worse",
        N_("This shames them for hurting."),
        N_("This is hard. It counts."),
        (
            "(others|other people|people|some people|many people|many) (have|had) it (much|far|even|) worse",
            "(could|might) be (much|far|) worse",
            "(be|feel) grateful",
            "count your blessings",
            "first world problem",
        ),
    ),
    Rule(
        "it gets better",
        N_("This skips the pain, and nobody knows it."),
        N_("I don’t know how long this will last. I hope today eases a bit."),
        (
            "time (heals|will heal|is a healer)",
            "(it|things|this|everything|all|that) (gets|get|will get|is going to get|'ll get) better",
            "it'll get better",
            "things'll get better",
            "cheer up",
            "this too shall pass",
            "(tomorrow|everything|it) will be (fine|ok|okay|alright|all right|better)",
            "(it'll|you'll) be (fine|ok|okay|alright|all right)",
            "look on the bright side",
            "light at the end of the tunnel",
            "(in|to) a better place",
            "so much to live for",
        ),
    ),
    Rule(
        "guilt",
        N_("This adds guilt to the pain."),
        N_("What, if anything, helps you hold on?"),
        (
            "think (of|about) (your|the) (family|kids|children|child|mother|parents|husband|wife|friends)",
            "(it's|it is|that's|that is|so|is|be|being|you're|you are) selfish",
            "how could you (do|even|think)",
            "what (it|this|that) (would|will) do to (your|them|us)",
        ),
        ("(not|isn't|doesn't make you|never) (being|) selfish",),
    ),
    Rule(
        "diagnosis",
        N_("Nobody can diagnose from a comment."),
        N_("What you describe sounds really hard. A doctor could look into it with you."),
        (
            "you (might|may|could|probably|clearly|definitely|obviously|must|seem to|likely|) "
            f"(have|are|suffer from|be) (a|) {_ILL}",
            f"(you've|you're) (got|suffering from|clearly|probably|) {_ILL}",
            f"(sounds|looks|seems) like (a|) {_ILL}",
            f"(symptom|symptoms|sign|signs|case) of {_ILL}",
        ),
    ),
    Rule(
        "label",
        N_("This names the person in place of what happened."),
        N_("That hit hard."),
        (
            "(you're|you are|you were|you seem|you sound) (just|clearly|so|too|being|) "
            "(traumatised|traumatized|triggered|in denial|damaged|broken|mentally ill|crazy|oversensitive|sensitive|"
            "paranoid|manipulative|codependent|dramatic|a victim|unstable)",
        ),
        ("you are not (broken|crazy|damaged)", "you're not (broken|crazy|damaged)"),
    ),
    Rule(
        "forgive",
        N_("That is not ours to ask."),
        N_("You can feel how you feel."),
        (
            "(must|should|need to|have to|try to|learn to|time to|just) (forgive|let go|let it go|move on|get over)",
            "(forgive|get over) (him|her|them|it)",
            "(it's|it is) time to (move on|let go|forgive)",
        ),
        (f"{_NOT} (have|need) to (forgive|let go|move on|get over) (him|her|them|it|)",),
    ),
    Rule(
        "positive",
        N_("This shuts the talk down."),
        N_("You can be honest here."),
        (
            "good vibes (only|)",
            "(stay|be|think|keep|remain) positive",
            "positive (thinking|thoughts|attitude|mindset)",
            "choose (joy|happiness)",
            "keep smiling",
        ),
    ),
    Rule(
        "calm down",
        N_("This scolds."),
        N_("I can hear how angry you are."),
        ("calm down", "(you're|you are) overreacting", "no need to (be|get) (so|) (angry|upset|rude)"),
    ),
    Rule(
        "no apology",
        N_("This is no apology."),
        N_("I’m sorry I wrote that badly."),
        (
            "(i'm|i am|we're|we are) sorry (that|if|) (you|you're|you were|you are) (feel|felt|feeling|offended|hurt)",
            "sorry (you|if you) (feel|felt|were|are|took) (that way|this way|offended|it)",
        ),
    ),
    Rule(
        "always here",
        N_("This can’t be kept, and somebody may wait at night."),
        N_("I look here on Tuesdays and Fridays. In between, the help lines are open."),
        (
            "(message|write|write to|contact|call|text|email|e-mail|mail|reach) me (at|) (any time|anytime|whenever)",
            "(i'm|i am|we're|we are) always (here|there|available|around)",
            "(here|there) for you (any time|anytime|always|whenever|24)",
            "day or night",
        ),
    ),
    Rule(
        "private details",
        N_("Private details are not safe on this page, and whoever causes harm may read along."),
        N_("Please don’t post private details here."),
        (
            "(e-mail|email|send|give|tell|text|post|write) me your "
            "(number|phone|phone number|address|email|e-mail|name)",
            "(what's|what is) your (number|phone number|address|email|e-mail|full name|real name)",
            "where (do you|are you) (live|living|located|staying)",
            "which (town|city|school|street) (do|are) you",
        ),
    ),
    Rule(
        "client",
        N_("This may show that somebody is known to you from work."),
        N_("Take it out, and thank them in general terms."),
        (
            "(in|during|after|from) (our|your|the last|our last|your last) (session|sessions|appointment|appointments)",
            "(my|our) (client|clients|patient|patients)",
            "your (treatment|therapy with me|file|diagnosis)",
            "as (i|we) (said|discussed|talked about) (in|when|last|on)",
            "when (you came|i saw you|we met|we last spoke)",
            "see you (on|next|at our)",
        ),
    ),
    Rule(
        "insult",
        N_("This can push somebody away who still loves them."),
        N_("What happened to you is not OK."),
        (
            "(he|she|they|your husband|your wife|your partner|your mother|your father) (is|are|sounds|sound) "
            "(like|) (a|an|such a|) (monster|narcissist|psychopath|sociopath|abuser|toxic|evil|pig|scum|coward|creep)",
            "(he's|she's|they're) (like|) (a|an|such a|) "
            "(monster|narcissist|psychopath|sociopath|abuser|toxic|evil|pig|scum|coward|creep)",
        ),
    ),
    Rule(
        "promise me",
        N_("A promise weighs on them, and shames them when it can’t be kept."),
        N_("Could you tell one person near you tonight?"),
        (
            "promise me",
            "(you|to) (have to|must|need to|) promise (that|me|not|you)",
            "swear (to me|you won't|you will not)",
        ),
        (f"{_NOT} (have|need|ask you) to promise", "(i|we) can't promise (that|you|me|)"),
    ),
    Rule(
        "police",
        N_("This may raise the danger. It is their choice, unless a life is at risk."),
        N_("If you’re in danger, call the emergency number. If not, a line can talk through choices."),
        ("(call|ring|phone|get) the (police|cops) on (him|her|them)", "report (him|her|them)", "press charges"),
    ),
)
