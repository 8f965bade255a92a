"""The lines above a quoted mail by which mail programs say whose it is, in the languages that we meet."""

from __future__ import annotations

import re

MAX_LINE = 400
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_VERB = r"(?:escribi[oó]|escribe|escreveu|wrote|writes|a écrit|schrieb|ha scritto|ha escrit)"
_WROTE = re.compile(
    rf"(?:(?:el|em|en|le|on|am|il|a|no dia|dia|no)\b.{{3,300}}\b{_VERB}\b.{{0,160}}:"
    rf"|.{{2,200}}\b{_VERB}(?: (?:el|on|em|am|le)\b.{{4,100}})?\s?:)$",
    re.IGNORECASE,
)
#: Yahoo's programs on telephones put the quoted words behind the attribution, on the same line.
_RUN_ON = re.compile(rf"((?:el|em|le|on|am|il)\b.{{10,300}}?\b{_VERB}\s?:) {{2,}}\S", re.IGNORECASE)
_BEGINS_ATTRIBUTION = re.compile(r"(?:el|em|en|le|on|am|il|no dia|dia|a)\b|.{0,120}<[^<>\s]{1,100}@", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"[-‐_=*\s]{2,}(?:mensaje original|original message|mensagem original|original-nachricht|ursprüngliche nachricht"
    r"|message d['’]origine|messaggio originale|original appointment|cita original|correo original"
    r"|mensaje enviado originalmente|e-mail original)[-‐_=*\s:]{2,}$"
    r"|>>> [^>].{2,200}\b\d{1,2}[:.]\d{2}.{0,20}>>>$",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"(?:[#\-=*_]{2,}.{0,60}\b(?:por )?(?:encima|above|acima|arriba)\b.{0,60}\b(?:l[ií]nea|line|linha)\b.{0,20})$",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?:de|from|von|da|remitente)\s?:\s*\S", re.IGNORECASE)
_HEADER = re.compile(
    r"(?:de|from|von|da|remitente|enviad[oa]s?(?: el| em)?|sent|gesendet|envoyé|inviato|para|to|an|à|a|asunto|assunto"
    r"|subject|betreff|objet|oggetto|fecha|data|date|datum|cc|cco|bcc|importancia|prioridad)\s?:(?:\s|$)",
    re.IGNORECASE,
)
_SENT = re.compile(r"(?:fecha|data|date|datum|sent|enviado(?: el)?)\s?:\s*\S", re.IGNORECASE)
_RULE = re.compile(r"(?:[_=─—-]{16,}|>>>)$")
_DATE = re.compile(r"\b\d{4}\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2}\b")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}")
_FORWARDED = re.compile(
    r"(?:[-_=*\s]{2,})?(?:begin forwarded message|forwarded message|inicio del mensaje reenviado|mensaje reenviado"
    r"|mensagem (?:re)?encaminhada|in[ií]cio da mensagem (?:re)?encaminhada|message transf[eé]r[eé])"
    r"(?:\s?:|[-_=*\s]{2,}|(?: de| from)? .{1,150}[-_=*]{2,})$",
    re.IGNORECASE,
)
MOBILE = re.compile(
    r"(?:enviado (?:desde|do|de|por|a partir)\b.{0,80}(?:iphone|ipad|android|outlook|yahoo|m[oó]vil|celular|samsung"
    r"|huawei|xiaomi|galaxy|blackberry|dispositivo|smartphone|tel[eé]fono|telem[oó]vel|correo|mail|windows|antel)"
    r"|enviad[oa] co[mn] .{0,40}proton|sent from (?:my|mail|outlook|yahoo|a |the |windows)|get outlook for"
    r"|(?:obtener|baixe|obter) (?:o )?outlook"
    r"|obtén outlook|descargar outlook|sent (?:via|with) )",
    re.IGNORECASE,
)
#: Whoever says so has written among what he quotes.
ANSWERS_WITHIN = re.compile(
    r"\b(?:entre l[ií]neas|entrelinhas|inline|in-line|en (?:rojo|azul|negrita|verde)|em (?:vermelho|azul|negrito|verde)"
    r"|in (?:red|blue|bold|green)\b|(?:respond[oi]|contest[oé]|respuestas?|comentarios?|respostas?|answers?|comments?"
    r"|replies) (?:\w+ )?(?:m[aá]s )?(?:abajo|debajo|abaixo|below|en el texto)|see below|ver abajo|veja abaixo)",
    re.IGNORECASE,
)


def bare(line: str) -> str:
    """Return a line without its marks of quoting, of bold and of direction, as the expressions here want it."""
    plain = _INVISIBLE.sub("", line[: MAX_LINE + 100]) if not line.isascii() else line[: MAX_LINE + 100]
    return plain.replace("\xa0", " ").replace("*", "").strip(" \t>|")


def is_quoted(line: str) -> bool:
    """Tell a line that a mail program marked as another's."""
    return line.lstrip(" \t\xa0\u200e\u200f").startswith((">", "\u203a"))


def attribution(lines: list[str], at: int) -> int:
    """Return how many lines the attribution has that begins at line `at`: programs wrap them; 0 where none does."""
    first = bare(lines[at])
    if len(first) < 3 or is_quoted(lines[at]):
        return 0
    if _runs_on(first) or (len(first) <= MAX_LINE and _WROTE.match(first) and _is_dated(first)):
        return 1
    if len(first) > MAX_LINE or not _BEGINS_ATTRIBUTION.match(first):
        return 0
    joined = first
    for count in (2, 3):
        if at + count > len(lines) or not (following := bare(lines[at + count - 1])):
            return 0
        joined = f"{joined} {following}"
        if _WROTE.match(joined[: MAX_LINE * 2]) and _is_dated(joined):
            return count
    return 0


def _runs_on(line: str) -> bool:
    found = _RUN_ON.match(line)
    return found is not None and is_certain(found[1])


def _is_dated(line: str) -> bool:
    return bool(_DATE.search(line) or _TIME.search(line) or "@" in line)


def is_certain(line: str) -> bool:
    """Tell an attribution that nobody writes by hand: with a date, an hour or an address, two of the three."""
    return bool(_DATE.search(line)) + bool(_TIME.search(line)) + ("@" in line) >= 2


def introduces(line: str) -> bool:
    """Tell a line that may introduce the quoted lines below it, in whatever language."""
    plain = bare(line)
    return plain.endswith(":") and len(plain) > 12 and _is_dated(plain)


def is_original_mark(line: str) -> bool:
    """Tell `-----Mensaje original-----`, GroupWise's `>>> Name date >>>`, and `## write above this line ##`."""
    marked = line.strip()[:MAX_LINE]
    return len(marked) > 6 and bool(_ORIGINAL.match(marked) or _ABOVE.match(marked))


def is_forward_mark(line: str) -> bool:
    """Tell the mark above a mail that was sent on: what follows is what the sender wants read."""
    return not is_quoted(line) and bool(_FORWARDED.match(line.strip()[:MAX_LINE]))


def is_rule(line: str) -> bool:
    """Tell the line that Outlook draws above the mail it answers."""
    return len(line) < MAX_LINE and bool(_RULE.match(line.strip()))


def is_header_block(lines: list[str], at: int) -> bool:
    """Tell `De: … Enviado: … Para: … Asunto: …`, three of them among the first lines, the sender or the date first."""
    block = [plain for line in lines[at : at + 8] if (plain := bare(line))][:5]
    if block and _SENT.match(block[0]):
        return len(block) > 3 and bool(_FROM.match(block[1])) and all(map(_HEADER.match, block[:4]))
    if not block or not _FROM.match(block[0]) or not _is_dated(" ".join(block)):
        return False
    return sum(bool(_HEADER.match(line)) for line in block) >= 3
