"""XML as a small tree, read from bytes of strangers.

A document type is refused as soon as it begins, so no entity is ever declared: nothing is expanded, fetched or read from a disk.
Bytes, elements and levels are bounded. Encodings: those of expat (UTF-8, UTF-16, ISO-8859-1) and the one-byte ones of Python.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from dispatch.cap.messages import BadAlert, Fault
from dispatch.model.plain_reason import plain_reason

MAX_BYTES = 16 * 1024 * 1024
"""Ten thousand polygons of forty positions are 6 MB."""
MAX_ELEMENTS = 200_000
MAX_LEVELS = 64
_BETWEEN = "\n"
"""Parts namespace and name; it cannot be in either of them."""


@dataclass(slots=True, kw_only=True)
class Node:
    """An element. `text`: its own characters, without those of its children. `line`: where it begins."""

    namespace: str
    name: str
    attributes: Mapping[str, str]
    line: int
    children: list["Node"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def all(self, name: str) -> list["Node"]:
        """The children of this name in the namespace of the element."""
        return [child for child in self.children if child.name == name and child.namespace == self.namespace]

    def first(self, name: str) -> str:
        """The text of the first child of this name without the blanks around it; empty if there is none."""
        return next((child.text.strip() for child in self.all(name)), "")

    def within(self) -> Iterator["Node"]:
        """The element and all elements in it, in the order of the document."""
        # Not recursive: the caller may stop, and a generator per level would cost more than the list.
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._seen = 0
        self._parser = expat.ParserCreate(namespace_separator=_BETWEEN)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, raw: bytes) -> Node:
        try:
            self._parser.Parse(raw, True)
        except expat.ExpatError as error:
            raise BadAlert(Fault.NOT_WELL_FORMED, str(error)) from None
        except (LookupError, ValueError) as error:
            # A codec that Python does not have, or one of several bytes a character.
            if isinstance(error, BadAlert):
                raise
            raise BadAlert(Fault.NOT_WELL_FORMED, f"an encoding that is not read ({plain_reason(error)})") from None
        assert self.root is not None
        return self.root

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        self._seen += 1
        if self._seen > MAX_ELEMENTS or len(self._open) >= MAX_LEVELS:
            raise BadAlert(Fault.TOO_LARGE, f"more than {MAX_ELEMENTS} elements or {MAX_LEVELS} levels")
        namespace, _, name = full_name.rpartition(_BETWEEN)
        node = Node(namespace=namespace, name=name, attributes=attributes, line=self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, full_name: str) -> None:  # noqa: ARG002 - expat's arguments
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._open[-1].pieces.append(text)

    def _doctype(self, *named: object) -> NoReturn:  # noqa: ARG002 - expat's arguments
        raise BadAlert(Fault.DOCTYPE, "a document type; CAP has none, and entities are not read")


def tree_of(raw: bytes) -> Node:
    """The root element.

    Raises:
        BadAlert: too large, not well formed, or with a document type.
    """
    if len(raw) > MAX_BYTES:
        raise BadAlert(Fault.TOO_LARGE, f"{len(raw)} bytes; at most {MAX_BYTES} are read")
    return _Builder().read(raw.lstrip(b" \t\r\n"))
