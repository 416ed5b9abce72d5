"""Names in Bangla and English: made by combining common parts, so that nobody in particular is meant."""

from __future__ import annotations

Pair = tuple[str, str]


def _pairs(text: str) -> tuple[Pair, ...]:
    return tuple((one.split("=")[0], one.split("=")[1]) for one in text.split(", "))


MUSLIM_FIRST_M = _pairs(
    "মোঃ=Md., শেখ=Sheikh, মীর=Mir, কাজী=Kazi, সৈয়দ=Syed, এস এম=S M, এ কে এম=A K M, খান=Khan, গাজী=Gazi, মোল্লা=Molla"
)
MUSLIM_GIVEN_M = _pairs(
    "আব্দুল করিম=Abdul Karim, রফিকুল=Rafiqul, শফিকুল=Shafiqul, জাহাঙ্গীর=Jahangir, আনোয়ার=Anwar, দেলোয়ার=Delwar, "
    "নজরুল=Nazrul, আমিনুল=Aminul, সিরাজুল=Sirajul, মনিরুল=Monirul, কামরুল=Kamrul, হাবিবুর=Habibur, মিজানুর=Mizanur, "
    "মতিয়ার=Motiar, লুৎফর=Lutfor, আজিজুর=Azizur, সাইফুল=Saiful, তরিকুল=Tariqul, ইকবাল=Iqbal, বেলাল=Belal, "
    "আবুল কালাম=Abul Kalam, শাহজাহান=Shahjahan, ফারুক=Faruk, আলমগীর=Alamgir, মোস্তফা=Mostafa, জসিম=Jasim, "
    "হারুন=Harun, ইউসুফ=Yusuf"
)
MUSLIM_LAST_M = _pairs(
    "ইসলাম=Islam, হোসেন=Hossain, রহমান=Rahman, আলী=Ali, উদ্দিন=Uddin, হক=Haque, শেখ=Sheikh, খান=Khan, সরদার=Sardar, "
    "মোল্লা=Molla, গাজী=Gazi, হাওলাদার=Howlader, তালুকদার=Talukdar, বিশ্বাস=Biswas, মৃধা=Mridha, ফকির=Fakir"
)
MUSLIM_GIVEN_F = _pairs(
    "ফাতেমা=Fatema, রহিমা=Rahima, সালমা=Salma, নাসরিন=Nasrin, রোকেয়া=Rokeya, হাসিনা=Hasina, শাহনাজ=Shahnaz, "
    "মরিয়ম=Mariam, "
    "আয়েশা=Ayesha, জাহানারা=Jahanara, নূরজাহান=Nurjahan, শিরিন=Shirin, পারভীন=Parvin, রেহানা=Rehana, "
    "মমতাজ=Momtaz, লায়লা=Laila"
)
MUSLIM_LAST_F = _pairs("বেগম=Begum, খাতুন=Khatun, আক্তার=Akter, খানম=Khanam, সুলতানা=Sultana, নেছা=Nesa, বানু=Banu, ইয়াসমিন=Yasmin")
HINDU_GIVEN_M = _pairs(
    "সুকুমার=Sukumar, রতন=Ratan, গোপাল=Gopal, নিতাই=Nitai, প্রদীপ=Pradip, সুশান্ত=Sushanta, বিমল=Bimal, "
    "দিলীপ=Dilip, তাপস=Tapas, "
    "স্বপন=Swapan, উত্তম=Uttam, কার্তিক=Kartik, অসীম=Asim, মৃণাল=Mrinal, শংকর=Shankar, হরিপদ=Haripada"
)
HINDU_GIVEN_F = _pairs(
    "সন্ধ্যা=Sandhya, মালতী=Malati, কল্পনা=Kalpana, গীতা=Gita, সরস্বতী=Saraswati, মিনতি=Minati, শিখা=Shikha, "
    "অঞ্জলি=Anjali, দীপালি=Dipali, সবিতা=Sabita"
)
HINDU_MIDDLE = _pairs("কুমার=Kumar, চন্দ্র=Chandra, নাথ=Nath, কৃষ্ণ=Krishna, রঞ্জন=Ranjan")
HINDU_LAST = _pairs(
    "দাস=Das, সাহা=Saha, মণ্ডল=Mondal, রায়=Roy, বিশ্বাস=Biswas, পাল=Pal, ঘোষ=Ghosh, দত্ত=Dutta, কুণ্ডু=Kundu, "
    "হালদার=Halder, "
    "সরকার=Sarkar, অধিকারী=Adhikary, মিস্ত্রী=Mistry, চক্রবর্তী=Chakraborty"
)
CHRISTIAN_GIVEN_M = _pairs(
    "যোসেফ=Joseph, মাইকেল=Michael, পিটার=Peter, অ্যান্টনি=Anthony, ফ্রান্সিস=Francis, ড্যানিয়েল=Daniel, টমাস=Thomas"
)
CHRISTIAN_GIVEN_F = _pairs("মেরী=Mary, এলিজাবেথ=Elizabeth, আগ্নেস=Agnes, রোজ=Rose, তেরেসা=Teresa, মার্থা=Martha")
CHRISTIAN_LAST = _pairs(
    "গোমেজ=Gomes, রোজারিও=Rozario, বিশ্বাস=Biswas, সরকার=Sarkar, মণ্ডল=Mondal, বৈরাগী=Bairagi, ডি কস্তা=D'Costa"
)

SIDES = _pairs("উত্তর=Uttar, দক্ষিণ=Dakshin, পূর্ব=Purba, পশ্চিম=Paschim, মধ্য=Madhya")
PLACES = _pairs(
    "মিস্ত্রিপাড়া=Mistripara, শেখপাড়া=Sheikhpara, মুন্সিপাড়া=Munshipara, দাসপাড়া=Daspara, "
    "কুমারপাড়া=Kumarpara, মোল্লাপাড়া=Mollapara, "
    "হাজীপাড়া=Hajipara, কাজীপাড়া=Kazipara, বকুলতলা=Bakultala, বটতলা=Battala, শিমুলতলা=Shimultala, "
    "কদমতলা=Kadamtala, নিমতলা=Nimtala, "
    "শান্তিনগর=Shantinagar, আনন্দনগর=Anandanagar, ইসলামবাগ=Islambag, গোলাপবাগ=Golapbag, রসুলবাগ=Rasulbag, "
    "মৌলভীপাড়া=Moulvipara, "
    "পালপাড়া=Palpara, জেলেপাড়া=Jelepara, তাঁতীপাড়া=Tantipara, নতুন কলোনি=Natun Colony, "
    "পুরাতন বাজার=Puratan Bazar, নতুন বাজার=Natun Bazar, "
    "মিলগেট=Mill Gate, চরের হাট=Charer Hat, বাগমারা=Bagmara, আমতলা=Amtala, তালতলা=Taltala, সবুজবাগ=Sabujbag, "
    "রূপনগর=Rupnagar"
)
ROAD_NAMES = _pairs(
    "মসজিদ=Masjid, মন্দির=Mandir, স্কুল=School, বাজার=Bazar, হাসপাতাল=Hospital, স্টেশন=Station, "
    "ডাকঘর=Post Office, কলেজ=College, "
    "পুকুরপাড়=Pukurpar, মাঠপাড়=Mathpar, বকুল=Bakul, শাপলা=Shapla, গোলাপ=Golap, কৃষ্ণচূড়া=Krishnachura, "
    "পলাশ=Palash, শিমুল=Shimul, "
    "হাজী বাড়ি=Haji Bari, মোল্লা বাড়ি=Molla Bari, মাস্টার বাড়ি=Master Bari, ডাক্তার বাড়ি=Daktar Bari, "
    "উকিল বাড়ি=Ukil Bari, "
    "কবরস্থান=Kabarsthan, ঈদগাহ=Eidgah, ক্লাব=Club, পাম্প হাউজ=Pump House, মিল=Mill, ঘাট=Ghat, বটগাছ=Botgach"
)
SIDE_ROADS: dict[str, Pair] = {
    "bank": ("নদীর পাড় সড়ক", "Nadir Par Road"),
    "along-1": ("পুরাতন যশোর সড়ক", "Old Jashore Road"),
    "along-2": ("নগর মহাসড়ক", "Nagar Avenue"),
    "edge": ("পশ্চিম বাইপাস সড়ক", "West Bypass Road"),
}
CROSS_ROADS = _pairs(
    "উত্তর সীমা=Uttar Sima, ফেরিঘাট=Ferry Ghat, জুট মিল=Jute Mill, নয়াবাটি=Nayabati, বৈকালী=Boikali, "
    "জোড়াগেট=Joragate, "
    "ডাকবাংলা=Dakbangla, পিকচার হাউজ=Picture House, স্টেডিয়াম=Stadium, মহিলা কলেজ=Mohila College, "
    "লবণঘাট=Labanghat, দক্ষিণ সীমা=Dakshin Sima"
)
LENDERS = ("বাংলাদেশ হাউজ বিল্ডিং ফাইন্যান্স কর্পোরেশন", "সোনালী ব্যাংক", "জনতা ব্যাংক", "অগ্রণী ব্যাংক", "রূপালী ব্যাংক")
