"""A made-up day of mentions: always the same one for the same seed.

Its posts are sentences of each trade's daily matters in six ways of writing, none of a real person.
"""

import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import NamedTuple

from workflows.domain.playbook import DESK, Playbook
from workflows.domain.rules import Author, Mention
from workflows.playbook.explain import zone_of
from workflows.words.understand import words_for


class Topic(NamedTuple):
    """What posts are about.

    share   of a thousand posts.
    effort  how long the answer takes, beside a complaint's.
    mood    the word list that {mood} comes from; "" for none.
    """

    share: int
    effort: float
    mood: str


# {thing}, {days} and {mood} are filled in, the last from the word lists of the language.
TOPICS: Mapping[str, Topic] = {
    "delivery": Topic(150, 1.0, "negative"),
    "payment": Topic(110, 1.2, "negative"),
    "outage": Topic(90, 0.8, "negative"),
    "refund": Topic(80, 1.1, "angry"),
    "rant": Topic(110, 1.0, "angry"),
    "question": Topic(220, 0.7, ""),
    "praise": Topic(130, 0.3, "positive"),
    "spam": Topic(80, 0.1, ""),
    "hacked": Topic(12, 1.5, ""),
    "legal": Topic(6, 1.5, "angry"),
    "despair": Topic(2, 2.0, ""),
    "press": Topic(10, 0.6, ""),
}

THINGS: Mapping[str, Sequence[str]] = {
    "en": ("order", "parcel", "phone", "bill", "card", "booking"),
    "hi": ("ऑर्डर", "पार्सल", "फोन", "बिल", "कार्ड"),
    "hi-Latn": ("order", "parcel", "phone", "bill", "card"),
    "te": ("ఆర్డర్", "పార్సెల్", "ఫోన్", "బిల్లు", "కార్డు"),
    "bn": ("অর্ডার", "পার্সেল", "ফোন", "বিল", "কার্ড"),
    "tr": ("sipariş", "kargo", "telefon", "fatura", "kart"),
}

SENTENCES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "en": {
        "delivery": (
            "My {thing} was due {days} days ago and still has not been delivered. {mood}",
            "Where is my {thing}? Tracking says out for delivery since {days} days. {mood}",
        ),
        "payment": (
            "I paid twice for one {thing} and the money left my account both times. {mood}",
            "Payment failed but the amount was deducted, {days} days now. {mood}",
        ),
        "outage": (
            "Is your app down? Nothing loads for {days} hours. {mood}",
            "No network here since this morning, is there an outage? {mood}",
        ),
        "refund": ("{days} days and no refund for my {thing}. {mood}!", "Give me my refund now. {mood}!!"),
        "rant": ("{mood}! {days} calls about my {thing} and nobody helps.", "Your support is {mood}."),
        "question": (
            "How do I change the address of my {thing}?",
            "Do you open on Sunday?",
            "Can I return a {thing} after {days} days?",
        ),
        "praise": (
            "Thank you, my {thing} came early! {mood}",
            "{mood}! Your team solved it in {days} minutes.",
        ),
        "spam": (
            "Earn $500 a day from home, DM me now https://win.example/{days}",
            "Free crypto giveaway, follow me and click https://coin.example",
        ),
        "hacked": (
            "Somebody hacked my account and changed my email",
            "Money was stolen from my account, block it",
        ),
        "legal": ("{mood}. My lawyer will sue you over this {thing}.", "I will see you in consumer court."),
        "despair": ("You took my last money, I want to end my life", "I can't go on, I want to die"),
        "press": (
            "I am a journalist and would like a comment for tomorrow's paper",
            "Press enquiry: whom do I ask?",
        ),
    },
    "hi": {
        "delivery": (
            "मेरा {thing} {days} दिन से नहीं आया। {mood}",
            "{thing} कब मिलेगा? {days} दिन हो गए। {mood}",
        ),
        "payment": (
            "पैसे कट गए पर {thing} नहीं हुआ। {mood}",
            "दो बार पैसे कट गए, {days} दिन से कोई जवाब नहीं। {mood}",
        ),
        "outage": ("आपका ऐप बंद है क्या? {days} घंटे से नहीं चल रहा। {mood}", "सुबह से नेटवर्क नहीं है। {mood}"),
        "refund": ("{days} दिन से रिफंड नहीं मिला। {mood}!", "मेरा रिफंड वापस करो। {mood}!!"),
        "rant": ("{mood}! {days} बार फोन किया, कोई नहीं सुनता।", "आपकी सेवा {mood} है।"),
        "question": ("{thing} का पता कैसे बदलूं?", "क्या रविवार को खुला रहता है?"),
        "praise": ("धन्यवाद, {thing} समय पर मिल गया। {mood}", "{mood}! {days} मिनट में काम हो गया।"),
        "spam": ("घर बैठे रोज कमाएं, अभी मैसेज करें https://win.example/{days}",),
        "hacked": ("मेरा अकाउंट हैक हो गया है", "किसी ने मेरे खाते से पैसे निकाल लिए"),
        "legal": ("{mood}। मैं उपभोक्ता अदालत जाऊंगा।",),
        "despair": ("मैं अब जीना नहीं चाहता",),
        "press": ("मैं पत्रकार हूं, आपकी टिप्पणी चाहिए",),
    },
    "hi-Latn": {
        "delivery": (
            "mera {thing} {days} din se nahi aaya, {mood}",
            "{thing} kab milega bhai? {days} din ho gaye",
        ),
        "payment": ("paise kat gaye par {thing} nahi hua, {mood}", "do baar paise kat gaye yaar, {mood}"),
        "outage": ("app nahi chal raha {days} ghante se, {mood}", "subah se network nahi aa raha hai"),
        "refund": ("{days} din se refund nahi mila, {mood}!", "mera refund wapas karo abhi. {mood}!!"),
        "rant": ("{mood}! {days} baar call kiya koi sunta hi nahi", "aapki service bilkul {mood} hai"),
        "question": ("{thing} ka address kaise badle?", "kya sunday ko khula rehta hai?"),
        "praise": ("shukriya, {thing} time pe mil gaya, {mood}", "{mood}! {days} minute me kaam ho gaya"),
        "spam": ("ghar baithe paise kamao, DM karo https://win.example/{days}",),
        "hacked": ("mera account hack ho gaya hai", "kisi ne mere account se paise nikal liye"),
        "legal": ("{mood}, consumer court jaunga ab main",),
        "despair": ("ab jeena nahi chahta main",),
        "press": ("main patrakar hoon, aapka comment chahiye",),
    },
    "te": {
        "delivery": ("నా {thing} {days} రోజులుగా రాలేదు. {mood}", "నా {thing} ఎప్పుడు వస్తుంది? {days} రోజులు అయింది"),
        "payment": ("డబ్బులు కట్ అయ్యాయి కానీ {thing} రాలేదు. {mood}", "రెండు సార్లు డబ్బులు కట్ అయ్యాయి. {mood}"),
        "outage": ("మీ యాప్ {days} గంటలుగా పనిచేయడం లేదు. {mood}", "ఉదయం నుంచి నెట్‌వర్క్ లేదు"),
        "refund": ("{days} రోజులైనా రీఫండ్ రాలేదు. {mood}!", "నా రీఫండ్ ఇవ్వండి. {mood}!!"),
        "rant": ("{mood}! {days} సార్లు కాల్ చేశాను, ఎవరూ పట్టించుకోరు", "మీ సర్వీస్ {mood}"),
        "question": ("{thing} అడ్రస్ ఎలా మార్చాలి?", "ఆదివారం తెరిచి ఉంటుందా?"),
        "praise": ("ధన్యవాదాలు, {thing} త్వరగా వచ్చింది. {mood}", "{mood}! {days} నిమిషాల్లో పని అయింది"),
        "spam": ("ఇంట్లో కూర్చుని సంపాదించండి https://win.example/{days}",),
        "hacked": ("నా అకౌంట్ హ్యాక్ అయింది", "నా ఖాతా నుంచి డబ్బు దొంగిలించారు"),
        "legal": ("{mood}. వినియోగదారుల కోర్టుకు వెళ్తాను",),
        "despair": ("నాకు బతకాలని లేదు",),
        "press": ("నేను జర్నలిస్టును, మీ స్పందన కావాలి",),
    },
    "bn": {
        "delivery": ("আমার {thing} {days} দিনেও আসেনি। {mood}", "{thing} কবে পাব? {days} দিন হয়ে গেল"),
        "payment": ("টাকা কেটে নিয়েছে কিন্তু {thing} হয়নি। {mood}", "দুইবার টাকা কেটেছে, {days} দিন হলো। {mood}"),
        "outage": ("আপনাদের অ্যাপ {days} ঘণ্টা ধরে চলছে না। {mood}", "সকাল থেকে নেটওয়ার্ক নেই"),
        "refund": ("{days} দিনেও রিফান্ড পাইনি। {mood}!", "আমার টাকা ফেরত দিন। {mood}!!"),
        "rant": ("{mood}! {days} বার ফোন করেছি, কেউ শোনে না", "আপনাদের সেবা {mood}"),
        "question": ("{thing} এর ঠিকানা কীভাবে বদলাব?", "শুক্রবার কি খোলা থাকে?"),
        "praise": ("ধন্যবাদ, {thing} সময়মতো পেয়েছি। {mood}", "{mood}! {days} মিনিটে কাজ হয়ে গেছে"),
        "spam": ("ঘরে বসে আয় করুন, ইনবক্স করুন https://win.example/{days}",),
        "hacked": ("আমার অ্যাকাউন্ট হ্যাক হয়েছে", "আমার অ্যাকাউন্ট থেকে টাকা চুরি হয়েছে"),
        "legal": ("{mood}। আমি ভোক্তা অধিকারে মামলা করব",),
        "despair": ("আমি আর বাঁচতে চাই না",),
        "press": ("আমি সাংবাদিক, আপনাদের মন্তব্য চাই",),
    },
    "tr": {
        "delivery": (
            "{thing} {days} gündür gelmedi. {mood}",
            "{thing} ne zaman gelecek? {days} gün oldu. {mood}",
        ),
        "payment": (
            "Ödeme alındı ama {thing} görünmüyor. {mood}",
            "Aynı tutar iki kez çekildi, {days} gün geçti. {mood}",
        ),
        "outage": (
            "Uygulama {days} saattir açılmıyor. {mood}",
            "Sabahtan beri sisteme girilmiyor, arıza mı var?",
        ),
        "refund": ("{days} gündür iade yapılmadı. {mood}!", "Paramı geri verin. {mood}!!"),
        "rant": ("{mood}! {days} kere aradım, kimse ilgilenmiyor", "Hizmetiniz {mood}"),
        "question": ("{thing} adresini nasıl değiştirebilirim?", "Pazar günü açık mısınız?"),
        "praise": ("Teşekkürler, {thing} erken geldi. {mood}", "{mood}! {days} dakikada çözdünüz"),
        "spam": ("Evden günde 5000 TL kazan, DM at https://win.example/{days}",),
        "hacked": ("Hesabım çalındı, giriş yapamıyorum", "Kartımdan haberim olmadan para çekilmiş"),
        "legal": ("{mood}. Avukatım dava açacak, tüketici mahkemesinde görüşürüz",),
        "despair": ("Artık yaşamak istemiyorum",),
        "press": ("Gazeteciyim, haber için görüşünüzü almak istiyorum",),
    },
}

# How much comes in each hour of the day by the customers' clock: little at night, most in the evening.
_CURVE = (20, 12, 8, 6, 6, 10, 20, 40, 65, 85, 95, 95, 90, 88, 85, 85, 88, 92, 100, 110, 115, 105, 80, 45)
_BURST = 0.05  # of the day's posts come within half an hour, of one outage
_BURST_MINUTES = 30
_NEAR: Mapping[str, Mapping[str, int]] = {
    "IN": {"en": 35, "hi": 20, "hi-Latn": 25, "te": 20},
    "BD": {"bn": 75, "en": 25},
    "TR": {"tr": 90, "en": 10},
}
_ANYWHERE = {"en": 50, "hi": 10, "hi-Latn": 12, "te": 8, "bn": 10, "tr": 10}
_SPAN = {"mention": 80, "reply": 12, "quote": 3, "dm": 5}
_EARLIER = (0, 0, 0, 0, 0, 0, 1, 1, 2, 4)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mention that comes, and how long its answer takes beside a plain complaint's."""

    mention: Mention
    at: datetime
    effort: float = 1.0


def synthetic_day(playbook: Playbook, day: date, *, mentions: int, seed: int) -> list[Incoming]:
    """Return a day's mentions in order of time, by the clock and in the languages of this playbook's desk."""
    maker = _Maker(playbook, random.Random(f"{seed}/{mentions}"))  # noqa: S311 - a made-up day
    midnight = datetime.combine(day, time(), tzinfo=zone_of(playbook)).astimezone(UTC)
    moments = sorted(maker.moments(mentions), key=lambda moment: moment[0])
    return [maker.incoming(midnight + since, topic) for since, topic in moments]


class _Maker:
    """Makes mentions by chance, which the seed decides."""

    def __init__(self, playbook: Playbook, chance: random.Random) -> None:
        self._chance = chance
        desk = playbook.hours.get(DESK)
        languages = _NEAR.get(desk.country if desk else "", _ANYWHERE)
        self._languages = _Urn(languages)
        self._kinds = _Urn(_SPAN)
        self._topics = _Urn({name: topic.share for name, topic in TOPICS.items()})
        self._account = playbook.accounts[0] if playbook.accounts else ""
        self._vip = sorted(playbook.triage.vip)
        self._moods = {
            (language, mood): _words(language, mood)
            for language in languages
            for mood in ("angry", "negative", "positive")
        }

    def moments(self, mentions: int) -> list[tuple[timedelta, str]]:
        """Return when each comes, since midnight, and of what it is; one outage makes a burst."""
        hours = _Urn({str(hour): share for hour, share in enumerate(_CURVE)})
        outage = timedelta(hours=self._chance.randint(10, 20), minutes=self._chance.randrange(60))
        found = []
        for number in range(mentions):
            if number < mentions * _BURST:
                found.append((outage + self._within(_BURST_MINUTES), "outage"))
            else:
                hour = timedelta(hours=int(hours.draw(self._chance)))
                found.append((hour + self._within(60), self._topics.draw(self._chance)))
        return found

    def incoming(self, at: datetime, topic: str) -> Incoming:
        """Return one mention of this matter."""
        chance = self._chance
        language = self._languages.draw(chance)
        effort = TOPICS[topic].effort * chance.uniform(0.5, 1.5)
        mention = Mention(
            text=self._text(language, topic),
            author=self._author(),
            kind=self._kinds.draw(chance),
            at=at,
            media=1 if chance.random() < 0.12 else 0,
            account=self._account,
        )
        return Incoming(mention, at, effort)

    def _within(self, minutes: int) -> timedelta:
        return timedelta(seconds=self._chance.randrange(minutes * 60))

    def _text(self, language: str, topic: str) -> str:
        chance = self._chance
        sentence = chance.choice(SENTENCES[language][topic])
        moods: Sequence[str] = self._moods.get((language, TOPICS[topic].mood), ()) or ("",)
        thing, mood = chance.choice(THINGS[language]), chance.choice(moods)
        text = sentence.format(thing=thing, days=chance.randint(2, 15), mood=mood).strip()
        return text if chance.random() < 0.7 else f"@{self._account or 'brand'} {text}"

    def _author(self) -> Author:
        chance = self._chance
        username = f"customer_{chance.randrange(1_000_000):06}"
        if self._vip and chance.random() < 0.003:
            username = chance.choice(self._vip)
        followers = int(chance.lognormvariate(5.0, 1.8))
        verified = chance.random() < (0.3 if followers > 10_000 else 0.02)
        return Author(username, followers, verified, earlier_cases=chance.choice(_EARLIER))


class _Urn:
    """Names, each with its share of what is drawn."""

    def __init__(self, shares: Mapping[str, int]) -> None:
        self._names = list(shares)
        self._sums = list(accumulate(shares.values()))

    def draw(self, chance: random.Random) -> str:
        """Return one by its share."""
        return self._names[bisect(self._sums, chance.randrange(self._sums[-1]))]


def _words(language: str, mood: str) -> list[str]:
    entries = words_for(language).get(mood, {})
    return sorted(entry for entry in entries if "*" not in entry and len(entry) > 3)
