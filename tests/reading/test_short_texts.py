"""Languages of texts of a word or four, offline; and general questions that are about none of the twenty types."""

from __future__ import annotations

import pytest

from desk.reading.language import detect
from desk.reading.understand import understand

SHORT = """
da|Hvor er min pakke?
da|Tak for hjælpen
da|Varen er defekt
da|Jeg vil gerne returnere den
da|Ikke modtaget
sv|Var är mitt paket?
sv|Tack så mycket
sv|Jag vill ha pengarna tillbaka
sv|Trasig vara
sv|Fel storlek
nb|Hvor er pakken min?
nb|Jeg har ikke mottatt varen
nb|Takk for hjelpen
fi|Missä pakettini on?
fi|Kiitos paljon
cs|Kde je můj balík?
cs|Děkuji moc
cs|Zboží je poškozené
cs|Chci vrátit peníze
sk|Kde je môj balík?
sk|Ďakujem pekne
sk|Chcem vrátiť tovar
pl|Gdzie jest moja paczka?
pl|Dziękuję bardzo
pl|Zwrot pieniędzy
hu|Hol van a csomagom?
hu|Köszönöm szépen
ro|Unde este coletul meu?
ro|Mulțumesc mult
id|Di mana paket saya?
id|Barang rusak
id|Terima kasih banyak
id|Kapan barang saya dikirim?
ms|Di mana bungkusan saya?
ms|Bila barang saya akan sampai?
tr|Kargom nerede?
tr|Çok teşekkürler
tr|İade istiyorum
vi|Đơn hàng của tôi đâu?
vi|Cảm ơn nhiều
ru|Где моя посылка?
ru|Спасибо большое
uk|Де моя посилка?
uk|Дякую дуже
bg|Къде е пратката ми?
el|Πού είναι το δέμα;
ar|أين طردي؟
he|איפה החבילה שלי
th|พัสดุอยู่ที่ไหน
ko|제 택배 어디예요?
ko|환불해주세요
ja|返品希望
ja|注文番号
ja|配送状況確認
ja|領収書発行依頼
ja|至急連絡
ja|商品未着
ja|交換希望
ja|いつ届く
ja|返金お願いします
zh-CN|退款
zh-CN|物流
zh-CN|什么时候到
zh-CN|没收到
zh-CN|质量太差
zh-CN|发票
zh-CN|你好
zh-CN|在吗
zh-CN|取消订单
zh-TW|退貨
zh-TW|還沒收到
zh-TW|發票
zh-TW|請問
zh-TW|何時出貨
zh-TW|謝謝
zh-TW|統一編號
zh-TW|品質很差
zh-TW|可以換貨嗎
en|Hi there
en|Refund please
en|wrong size
en|Any update?
en|broken
en|Where's parcel
en|thanks
en|not received
de|Guten Tag
de|Danke schön
de|Falsche Größe
de|Paket fehlt
de|Artikel defekt
de|kaputt
de|Rückgabe bitte
fr|Bonjour
fr|colis perdu
fr|Merci beaucoup
fr|article cassé
fr|mauvaise taille
fr|remboursement svp
es|Hola
es|Muchas gracias
es|pedido cancelado
es|llegó roto
es|talla equivocada
es|factura por favor
pt|Bom dia
pt|muito obrigado
pt|produto errado
pt|não chegou
pt|nota fiscal
pt|quero trocar
it|Buongiorno
it|grazie mille
it|taglia sbagliata
it|non funziona
it|vorrei il reso
nl|Goedemorgen
nl|dank je wel
nl|verkeerde maat
nl|werkt niet
nl|retour aanvragen
ca|On és el meu paquet?
hr|Gdje je moj paket?
sr|Где је мој пакет?
lt|Kur yra mano siuntinys?
lv|Kur ir mans sūtījums?
et|Kus on minu pakk?
sl|Kje je moj paket?
fa|بسته من کجاست؟
hi|मेरा पार्सल कहाँ है?
""".strip().splitlines()
_SAME = {"nb": "no", "hr": "sr"}


@pytest.mark.parametrize("line", SHORT)
def test_a_few_words_tell_their_language(line: str) -> None:
    language, _, text = line.partition("|")
    assert detect(text) in (language, _SAME.get(language))


@pytest.mark.parametrize("line", ["it|pacco smarrito", "zh-TW|智慧門鎖怎麼恢復原廠設定", "ja|返品希望"])
def test_what_the_words_are_about_helps_to_tell(line: str) -> None:
    language, _, text = line.partition("|")
    assert understand(text).language == language


GENERAL = """
Hello, I love the lamp, five stars from me!
Great quality, thank you very much
Do you have this dress in green?
Is the lamp available in a bigger version?
Thank you for your quick answer
I would like to work with your brand as an influencer
What material is the bag made of?
Can you recommend a good sunscreen for children?
Happy new year to your whole team
Please unsubscribe me from the newsletter
How can I change my password?
Do you ship to Norway?
Hallo, die Lampe ist super, vielen Dank!
Sehr gute Qualität, gerne wieder
Gibt es das Kleid auch in Grün?
Liefern Sie auch nach Norwegen?
Wie kann ich mein Passwort ändern?
Bitte melden Sie mich vom Newsletter ab
Schöne Feiertage an das ganze Team
Merci pour votre réponse rapide
Très bonne qualité, je recommande
Livrez-vous en Norvège ?
Avez-vous cette robe en vert ?
Comment changer mon mot de passe ?
Muchas gracias por su rápida respuesta
Excelente calidad, lo recomiendo
¿Tienen este vestido en verde?
¿Envían a Noruega?
Ottima qualità, consigliato
Grazie per la risposta veloce
Avete questo vestito in verde?
Spedite in Norvegia?
Ótima qualidade, recomendo
Obrigado pela resposta rápida
Vocês têm esse vestido em verde?
Vocês enviam para a Noruega?
Goede kwaliteit, aanrader
Bedankt voor het snelle antwoord
Hebben jullie deze jurk ook in het groen?
Leveren jullie ook in Noorwegen?
とても良い品質です。ありがとうございます
早速のご返信ありがとうございます
このワンピースの緑はありますか
ノルウェーに発送できますか
质量很好，谢谢
谢谢你们的快速回复
这条裙子有绿色的吗
能寄到挪威吗
品質很好，謝謝
謝謝你們快速回覆
這件洋裝有綠色嗎
可以寄到挪威嗎
""".strip().splitlines()


@pytest.mark.parametrize("text", GENERAL)
def test_praise_and_general_questions_are_no_matter_of_after_sales(text: str) -> None:
    assert understand(text).type == "other"
