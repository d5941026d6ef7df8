"""Made-up posts: sentences of each trade's daily matters in six ways of writing, none of a real person.

{thing}, {days} and {mood} are filled in, the last from the word lists of the language.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Topic(NamedTuple):
    """What posts are about.

    share   of a thousand posts.
    effort  how long the answer takes, beside a complaint's.
    mood    the word list that {mood} comes from; "" for none.
    """

    share: int
    effort: float
    mood: str


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
