"""Texts from clients as a terminal or a spreadsheet may show them. Stored texts are never changed.

A terminal obeys control characters (ESC, CSI of C1), and bidirectional controls make a text read differently from what it says
(Unicode TR 36 §3.1, CVE-2021-42574).
"""

_CONTROL_PICTURES = 0x2400
_REPLACEMENT = "�"
_LINES = frozenset({0x0A, 0x09})
_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE = (0x00AD, 0x180E, 0x200B, *range(0x2060, 0x2066), *range(0x206A, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC))
"""Without the zero-width joiner and non-joiner: several scripts need them."""
_BREAKS = (0x0085, 0x2028, 0x2029)
_TAGS = range(0xE0000, 0xE0080)

_TABLE: dict[int, str] = {
    **dict.fromkeys((*range(0x80, 0xA0), *_BIDI, *_INVISIBLE, *_BREAKS, *_TAGS), _REPLACEMENT),
    # Lone surrogates, valid in JSON, cannot be encoded.
    **dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT),
    **{code: chr(_CONTROL_PICTURES + code) for code in range(0x20)},
    0x7F: "␡",
}
_TABLE_OF_LINES = {code: shown for code, shown in _TABLE.items() if code not in _LINES}


def visible(text: str) -> str:
    """The text with every control, bidirectional and invisible character replaced by one visible character.

    The length stays the same, so layouts hold. Line feeds and tabs are kept: their readers treat them as text.
    """
    # Nearly all texts have none of them, and isprintable is fast.
    return text if text.isprintable() else text.translate(_TABLE_OF_LINES)


def visible_line(text: str) -> str:
    """As `visible`, with line feeds and tabs replaced as well: what must stay within one line or cell."""
    return text if text.isprintable() else text.translate(_TABLE)


def visible_as_json(text: str) -> str:
    """JSON in which every such character is an escape: the same value for programs, nothing to obey for a terminal."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else _escaped(ord(one)) for one in text)


def _escaped(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
