"""The turns of speech of mail no person wrote: bounces, vacation notes, receipts, in ten languages."""

from __future__ import annotations

import re

from desk.reading.lazy import regex

DAEMON = regex(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|mdaemon|mailerdaemon|bounces?|double-bounce"
    r"|mail-?system|mailgate|mailadmin|microsoftexchange[0-9a-f]{4,40})(?:[-+_.=].*)?@|^mailer-daemon$|^postmaster$"
)
NO_REPLY = regex(
    r"(?:^|[._+-])(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|donotrespond|noresponse|nicht[-_.]?antworten|"
    r"ne[-_.]?pas[-_.]?repondre|no[-_.]?responder|non[-_.]?rispondere|nao[-_.]?responda|"
    r"niet[-_.]?beantwoorden)(?:[._+-]|@|\d)|^notifications?@|^alerts?@"
)
BOUNCE_SUBJECT = regex(
    r"your (?:e-?mail|message)\b.{0,80}(?:could not be|was not|has not been|cannot be) delivered|undeliver(?:ed"
    r"|able|y)|undelivered mail|delivery (?:status notification|failure|failed|error|"
    r"report|has failed|problem|unsuccessful|notification: delivery has failed)"
    r"|failure notice|failed delivery|mail delivery (?:failed|failure|error|system|subsystem)|"
    r"returned (?:mail|to sender)|returned email|mail (?:could not be|not) delivered|message (?:could"
    r" not be|not|was not|undeliver\w*) ?(?:delivered)?|non[- ]?deliver(?:y|able)"
    r"|unzustellbar|zustellung (?:fehlgeschlagen|nicht)|nicht zugestellt|fehler bei der zustellung|unzustellbarkeit"
    r"|non remis|échec de (?:la )?(?:remise|livraison|distribution)|courrier non remis|non distribué|mail non délivré"
    r"|no se (?:puede|pudo|ha podido) entregar|error de entrega|entrega fallida|correo no entregado|"
    r"notificación de estado de (?:la )?entrega|devuelto"
    r"|non recapitabile|mancata consegna|errore di recapito|impossibile recapitare|notifica sullo stato del recapito"
    r"|não (?:foi )?(?:entregue|possível entregar)|falha (?:na|de) entrega|devolvid[oa] ao remetente|"
    r"notificação de status de entrega"
    r"|onbestelbaar|niet (?:afgeleverd|bezorgd)|bezorging mislukt|aflevering mislukt"
    r"|退信|投递失败|無法(?:傳送|投遞)|无法(?:投递|送达|传递)|未送达|傳送失敗|退件通知|寄信失敗|系统退信"
    r"|配信(?:不能|できません|エラー)|送信できません|届きませんでした|配送(?:不能|失敗|エラー)|メール配送|エラーメール|メールエラー|エラー通知|未達",
    re.I,
)
BOUNCE_TEXT = regex(
    r"^(?:final-recipient|diagnostic-code|reporting-mta|remote-mta)\s*:|could not be delivered|"
    r"couldn'?t be delivered|was not delivered|unable to (?:be delivered|deliver)|not able to deliver"
    r"|permanent (?:fatal )?error|delivery to the following recipients? (?:failed|has failed)|user "
    r"unknown|unknown user|mailbox (?:is )?(?:full|unavailable|not found)|no such user|address "
    r"rejected|does not exist|recipient (?:address )?rejected"
    r"|\b5[05]\d[- ][#(]?5\.\d{1,3}\.\d{1,3}\b|undeliverable|fatal errors|returned message|i'?m sorry"
    r" to have to inform|this is a permanent error|not delivered|delivery failed|host unknown|mail "
    r"delivery"
    r"|konnte nicht zugestellt|nicht zugestellt werden|n'a pas pu être (?:remis|distribué)|no se pudo"
    r" entregar|non è stato possibile (?:recapitare|consegnare)|não pôde ser entregue|kon niet worden"
    r" (?:bezorgd|afgeleverd)"
    r"|无法送达|投递失败|无法投递|無法送達|無法傳遞|退信|配信できません|送信できません|届けることができ|配送できませんでした",
    re.I | re.M,
)
VACATION = regex(
    r"^(?:\W|re:|aw:|sv:|antw:|rv:|r:)*(?:out[- ]of[- ](?:the )?office|auto(?:matic|mated)?[- ]?(?:reply"
    r"|response|answer)|autoreply"
    r"|auto-?(?:reply|response):|auto: ?(?:out|re:|reply)|vacation (?:reply|response|message|notice)"
    r"|away from (?:the )?office|i am (?:currently )?(?:away|out of)"
    r"|abwesenheits|automatische? (?:antwort|nachricht|eingangs)|(?:ich )?bin (?:nicht im haus|im urlaub)"
    r"|nicht im büro"
    r"|réponse automatique|absence du bureau|absent du bureau|message d'absence|réponse d'absence"
    r"|respuesta automática|fuera de (?:la )?oficina|contestación automática|mensaje de ausencia"
    r"|notificación de ausencia"
    r"|risposta automatica|fuori (?:sede|ufficio)|messaggio di assenza|risposta di assenza"
    r"|resposta automática|fora do escritório:|ausente do escritório|mensagem de ausência|aviso de ausência"
    r"|automatisch(?:e)? (?:antwoord|beantwoord)|afwezigheids|afwezig:|niet (?:op kantoor|aanwezig)"
    r"|自动回复|自動回覆|自动答复|自動回復|休假通知|不在办公室|外出通知|自動応答|自動返信|不在通知|不在のお知らせ|休暇のお知らせ)",
    re.I,
)
AWAY_SUBJECT = regex(
    r"^(?:\W|re:|aw:|sv:)*(?:vacation|holiday|on (?:vacation|leave|holiday)|urlaub|abwesend|absence|absent"
    r"|ausente|ausencia|assenza"
    r"|ausência|fora do escritório|afwezig|休假|外出|不在|休暇)",
    re.I,
)
"""Subjects that say somebody is away: a responder's only where the text says so too."""
AWAY = regex(
    r"\b(?:i am|i'm|i’m|i will be|we are|will be|currently)\b.{0,25}\b(?:out of (?:the )?office"
    r"|away from (?:my desk|the office|work)|"
    r"on (?:(?:annual|parental|maternity|sick|medical) )?(?:vacation|holidays?|leave)|away until|out until)\b"
    r"|\b(?:bin|befinde mich|sind wir)\b.{0,60}(?:nicht im büro|nicht im haus|im urlaub|abwesend|außer haus"
    r"|nicht erreichbar|elternzeit)"
    r"|\b(?:je suis|je serai|actuellement)\b.{0,30}(?:absent|en congés?|hors du bureau|en vacances)"
    r"|\b(?:estoy|estaré|me encuentro|actualmente)\b.{0,30}(?:fuera de la oficina|de vacaciones|ausente)"
    r"|\b(?:sono|sarò|attualmente)\b.{0,30}(?:fuori (?:ufficio|sede)|in ferie|assente)"
    r"|\b(?:estou|estarei|encontro-me|no momento)\b.{0,30}(?:fora do escritório|de férias|ausente)"
    r"|\b(?:ik ben|momenteel)\b.{0,30}(?:afwezig|niet aanwezig|niet op kantoor|met vakantie|op vakantie|met verlof)"
    r"|休暇(?:をいただ|を頂|中|のため)|不在(?:にして|にしており|のため)|夏季休業|年末年始休業|外出して(?:おり|い)"
    r"|正在休假|休假中|(?:我|本人).{0,6}(?:在休假|外出|出差|不在办公室|不在辦公室)|正在休息|已下班",
    re.I,
)
MEANWHILE = regex(
    r"limited access|no access to (?:my )?e-?mail|will (?:reply|respond|answer|get back|return|be back|read)"
    r"|(?:up)?on my return|when i (?:return|am back|get back)"
    r"|back (?:on|in the office)|urgent|in my absence|during my absence|emergency"
    r"|nicht weitergeleitet|wieder (?:erreichbar|da|im büro|im haus|zurück)|nach meiner rückkehr|in dringenden"
    r"|dringende|eingeschränkt|vertret"
    r"|en cas d'urgence|à mon retour|de retour|accès limité|jusqu'au"
    r"|a mi regreso|a mi vuelta|responderé|en caso de urgencia|acceso limitado|hasta el"
    r"|al mio (?:rientro|ritorno)|risponderò|in caso di urgenza|per urgenze|accesso limitato|fino al"
    r"|no meu (?:regresso|retorno)|quando (?:voltar|regressar)|responderei|em caso de urgência"
    r"|assuntos urgentes|acesso limitado|até (?:o dia )?\d"
    r"|bij terugkomst|na terugkomst|bij spoed|dringende gevallen|weer (?:aanwezig|bereikbaar|terug)"
    r"|beperkt bereikbaar|tot \d"
    r"|以降(?:に|の)|返信(?:いたし|致し|させ)|お急ぎ|緊急の|ご対応|戻り次第"
    r"|返回后|回来后|尽快回复|急事|紧急|期间|回來後|盡快回覆|緊急|期間",
    re.I,
)
SAYS_SO = regex(
    r"this is an? auto(?:mated|matic|-generated|matically generated)|automatically generated"
    r"|auto-generated (?:e-?mail|message|reply)"
    r"|do not (?:reply|respond) to this (?:e-?mail|message)|this (?:e-?mail|message|mailbox) is not monitored"
    r"|automated (?:reply|response)"
    r"|automatisch (?:generiert|erstellt|erzeugt|versandt)|automatische (?:antwort|nachricht|e-mail"
    r"|eingangsbestätigung)|antworten sie (?:bitte )?nicht auf diese"
    r"|(?:message|courriel|e-?mail|réponse) (?:est )?(?:généré )?automatique(?:ment)?|ne pas répondre à ce(?:t"
    r"|) (?:message|e-?mail|courriel|mail)|merci de ne pas répondre"
    r"|(?:mensaje|correo|respuesta) (?:es )?(?:generad[oa] )?automátic[ao]|generado automáticamente"
    r"|no responda a este (?:mensaje|correo)"
    r"|(?:messaggio|risposta|e-?mail) automatic[ao]|generat[oa] automaticamente|non rispondere a quest[ao]"
    r"|(?:mensagem|resposta|e-?mail) automátic[ao]|gerad[oa] automaticamente|não responda a est[ea]"
    r"|automatisch (?:gegenereerd|verzonden|bericht|antwoord)|automatische (?:reactie|mail)"
    r"|niet (?:te )?(?:reageren|antwoorden) op (?:deze|dit)"
    r"|自動(?:送信|返信|配信|応答|生成)|このメールに(?:は)?返信(?:しない|できません|いただいても)|送信専用"
    r"|(?:系统|系統)自动|系统自动(?:发送|发出|生成)|系統自動|自动(?:回复|发送|生成)|自動(?:回覆|發送|產生)|请勿(?:直接)?回复|請勿(?:直接)?回覆",
    re.I,
)
ASKS = regex(
    r"\b(?:please|can you|could you) (?:deliver|send|ship|leave|change|cancel|refund|hold|wait)|my (?:order"
    r"|parcel|package)|deliver"
    r"|bitte (?:liefern|senden|schicken|stornieren|ändern)|mein(?:e)? (?:paket|bestellung)|livr(?:er|ez)"
    r"|mon colis|ma commande|entreg|mi pedido|meu pedido"
    r"|consegn|mio (?:pacco|ordine)|bezorg|lever|mijn (?:pakket|bestelling)"
    r"|配達して|発送し|届け|发货|送货|派送|寄到|快递|出貨|包裹",
    re.I,
)
OURS = regex(
    r"\b(?:e-?mail|message|nachricht|mensaje|messaggio|mensagem|bericht|courriel)\b|メール|メッセージ"
    r"|邮件|郵件|消息",
    re.I,
)
"""What a marketplace could not deliver: a mail of ours, and no parcel."""
ORIGINAL = regex(
    r"^[ \t>|]*(?:original-|x-original-)?message-id\s*:\s*(?:\n[ \t>|]+)?\s*<?([^<>\s]+@[^<>\s]+?)>?\s*$", re.I | re.M
)
HINTS = (
    "auto", "office", "vacation", "holiday", "leave", "away", "out until", "reply", "respond", "monitored",
    "b\u00fcro", "urlaub", "abwesend", "au\u00dfer haus", "im haus", "erreichbar", "elternzeit", "antwort",
    "absent", "cong\u00e9", "bureau", "vacances", "r\u00e9pond", "oficina", "vacaciones", "ausente", "ufficio",
    "ferie", "assente", "fuori sede", "rispond", "escrit\u00f3rio", "f\u00e9rias", "kantoor", "afwezig",
    "aanwezig", "vakantie", "verlof", "antwoord", "reageren", "reactie", "\u81ea\u52a8", "\u81ea\u52d5", "\u4f11",
    "\u4e0d\u5728", "\u5916\u51fa", "\u51fa\u5dee", "\u4e0b\u73ed", "\u8bf7\u52ff", "\u8acb\u52ff", "\u9001\u4fe1",
    "\u8fd4\u4fe1",
)  # fmt: skip
"""What any of `AWAY` and `SAYS_SO` holds, in lower case: looked for first, for it is cheap."""
