/** Sentences for trying things out, written for the sandbox: nobody's real posts. */

export interface Sample {
  lang: string;
  text: string;
}

const written = (lang: string, ...texts: string[]): Sample[] => texts.map((text) => ({ lang, text }));

const ENGLISH = written(
  "en",
  "@sarishop My order #48213 was due on Tuesday and the tracking has not moved in four days. Can someone look into it?",
  "@sarishop The silk saree came in the wrong colour. I ordered teal, this is grey 😕",
  "@sarishop Charged twice for ONE order!! I want my money back today.",
  "@sarishop Do you ship to Manchester, and how long does it take?",
  "@sarishop Beautifully packed and a day early. Thank you! 💛",
  "@sarishop Thanks, that sorted it!",
);

const HINDI = written(
  "hi",
  "@sarishop मेरा ऑर्डर #51077 पाँच दिन से रास्ते में ही है। कब मिलेगा?",
  "@sarishop साड़ी में छेद निकला है, बदलकर दूसरी भेजिए।",
  "@sarishop पैसे कट गए लेकिन ऑर्डर कन्फ़र्म नहीं हुआ 😡",
  "@sarishop कपड़ा बहुत सुंदर है, धन्यवाद! 🙏",
);

const HINGLISH = written(
  "Hinglish",
  "@sarishop bhai mera parcel kahan hai? 6 din ho gaye, koi jawab nahi de raha",
  "@sarishop refund ka kya hua? Customer care wale phone hi nahi uthate yaar 😤",
  "@sarishop saree ekdum mast hai, mummy ko bahut pasand aayi ❤️",
);

const TELUGU = written(
  "te",
  "@sarishop నా ఆర్డర్ #60412 ఇంకా రాలేదు. ఎప్పుడు వస్తుంది?",
  "@sarishop చీర రంగు ఫోటోలో ఉన్నట్టు లేదు. మార్చి ఇస్తారా?",
  "@sarishop రెండుసార్లు డబ్బులు కట్ అయ్యాయి, దయచేసి తిరిగి ఇవ్వండి 😠",
  "@sarishop డెలివరీ చాలా త్వరగా వచ్చింది, ధన్యవాదాలు 🙏",
);

const BENGALI = written(
  "bn",
  "@sarishop আমার অর্ডার #73920 এখনও আসেনি, একটু দেখবেন?",
  "@sarishop শাড়িটা ছেঁড়া অবস্থায় পেয়েছি। ফেরত দিতে চাই।",
  "@sarishop টাকা কেটে নিয়েছে কিন্তু অর্ডার দেখাচ্ছে না 😠",
  "@sarishop কাপড়ের মান দারুণ, অনেক ধন্যবাদ!",
);

const TURKISH = written(
  "tr",
  "@sarishop 80355 numaralı siparişim bir haftadır kargoda görünüyor, ne zaman gelecek?",
  "@sarishop Yanlış beden göndermişsiniz, değişim için ne yapmam gerekiyor?",
  "@sarishop İki kez ücret çekilmiş. Lütfen hemen iade edin! 😤",
  "@sarishop Kumaş çok kaliteli, ellerinize sağlık 👏",
);

const BY_PERSON: Record<string, Sample[]> = {
  emma_w: ENGLISH,
  ravi_k: [...HINDI, ...HINGLISH],
  lakshmi_t: TELUGU,
  tanvir_h: BENGALI,
  ismail_d: TURKISH,
};

export const BRAND: Sample[] = written(
  "en",
  "Sorry to hear that! Could you send us your order number by direct message? – Asha",
  "Thank you for telling us. We have looked into it and a replacement is on its way. – Mehmet",
);

/** A sample as its button shows it: whom it is written to goes without saying. */
export const shortened = (text: string): string => text.replace(/^@sarishop /, "");

/** What this customer might say; a newcomer gets the English ones. */
export const samplesFor = (username: string): Sample[] => BY_PERSON[username] ?? ENGLISH;
