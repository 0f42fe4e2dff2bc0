"""YAML files that people write: read without trust, with the place and line of every value.

Built on the parser's events rather than on a loader, so that nothing is lost (a key given twice,
ON that was read as yes) and nothing is expanded: depth, size and repeats by alias are bounded.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 40
MAX_VALUES: Final = 1_000_000
"""With every alias counted as often as it is used."""
LONGEST_SCALAR: Final = 60
"""Of a number or a moment; longer ones stay texts, because some take very long to convert."""

TAG: Final = "tag:yaml.org,2002:"
NOT_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Characters that a database or a terminal refuses; YAML lets them in by an escape."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file."""

    kind: str
    place: str
    """As `partners[0].programs[2].limits[1].max`; "" is the file itself."""
    value: str
    """The offending value as it was written, cut when it is long."""
    message: str
    line: int = 0

    def __str__(self) -> str:
        parts = [f"line {self.line}"] if self.line else []
        parts += [self.place or "(file)", self.kind]
        return ": ".join([*parts, *([self.value] if self.value else []), self.message])


class Refused(Exception):
    """A file with faults; nothing of it may be used."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(dict.fromkeys(faults), key=lambda fault: fault.line)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass
class Node:
    """A value of a file: a scalar, a list of nodes, or a mapping from texts to nodes."""

    value: Any
    place: str
    line: int
    written: str = ""
    """A scalar as it stands in the file, without quotes."""
    size: int = 1
    """Values in it, itself included."""


def cut(text: str, length: int = 80) -> str:
    """A text short enough for a message, on one line and printable anywhere."""
    shown = NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def load(text: bytes | str) -> tuple[Node, list[Fault]]:
    """Read one YAML document; what is wrong and did not stop the reading comes along.

    Raises Refused when the file cannot be read at all.
    """
    reading = _Reading()
    try:
        for event in yaml.parse(_decoded(text), Loader=yaml.CSafeLoader):
            reading.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        reading.stop(f"the file is not YAML: {error.problem or error.context}", line)
    except yaml.reader.ReaderError as error:
        reading.stop(f"the file is not YAML: {error.reason} (character {error.position})")
    if reading.root is None:
        reading.stop("the file is empty")
    return reading.root, reading.faults


def _decoded(text: bytes | str) -> str:
    if len(text) > MAX_BYTES:
        raise Refused([_unreadable(f"the file is larger than {MAX_BYTES} bytes")])
    try:
        if isinstance(text, bytes):
            return text.decode("utf-8-sig")
        text.encode()
    except UnicodeDecodeError as error:
        raise Refused([_unreadable(f"the file is not UTF-8 (byte {error.start})")]) from error
    except UnicodeEncodeError as error:
        raise Refused([_unreadable(f"half a character at {error.start}")]) from error
    return text.removeprefix("\ufeff")


def _unreadable(message: str, line: int = 0, place: str = "", value: str = "") -> Fault:
    return Fault("bad_yaml", place, cut(value), message, line)


@dataclass
class _Reading:
    """The nodes that are still open while the parser's events come in."""

    root: Any = None
    faults: list[Fault] = field(default_factory=list)
    open: list[Node] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    documents: int = 0

    def stop(self, message: str, line: int = 0, *, value: str = "") -> None:
        """Give the file up."""
        place = self.open[-1].place if self.open else ""
        raise Refused([*self.faults, _unreadable(message, line, place, value)])

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        line = event.start_mark.line + 1
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self.stop("a second document begins here; one file is one document", line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._close()
            case yaml.ScalarEvent() if self._expects_key():
                self.keys[-1] = self._key(event.value, line)
            case yaml.NodeEvent() if self._expects_key():
                self.stop("a key is a text, not a list, a mapping or an alias", line)
            case yaml.AliasEvent():
                self._alias(event.anchor, line)
            case yaml.NodeEvent():
                self._node(event, line)

    def _expects_key(self) -> bool:
        is_mapping = bool(self.open) and isinstance(self.open[-1].value, dict)
        return is_mapping and self.keys[-1] is None

    def _key(self, key: str, line: int) -> str:
        parent = self.open[-1]
        place = self._place(cut(key))
        if key in parent.value:
            first = parent.value[key].line
            message = f"the same key twice in one mapping; the first is on line {first}"
            self.faults.append(Fault("duplicate", place, cut(key), message, line))
        return key

    def _place(self, key: str | None) -> str:
        if not self.open:
            return ""
        parent = self.open[-1]
        if isinstance(parent.value, list):
            return f"{parent.place}[{len(parent.value)}]"
        return f"{parent.place}.{key}" if parent.place else f"{key}"

    def _node(self, event: Any, line: int) -> None:
        place = self._place(cut(self.keys[-1] or "") if self.open else None)
        if isinstance(event, yaml.ScalarEvent):
            node = Node(self._scalar(event, place, line), place, line, event.value)
        else:
            if event.tag not in (None, "!", f"{TAG}map", f"{TAG}seq"):
                self.stop("tags are not used in this file", line, value=event.tag)
            empty: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            node = Node(empty, place, line)
        self._add(node)
        if event.anchor:
            self.anchors[event.anchor] = node
        if not isinstance(event, yaml.ScalarEvent):
            self.open.append(node)
            self.keys.append(None)
            if len(self.open) > MAX_DEPTH:
                self.stop(f"nested deeper than {MAX_DEPTH} levels", line)

    def _alias(self, anchor: str | None, line: int) -> None:
        node = self.anchors.get(anchor or "")
        if node is None:
            self.stop("an alias to nothing before it", line, value=f"*{anchor}")
        elif any(node is parent for parent in self.open):
            self.stop("an alias to what it stands in", line, value=f"*{anchor}")
        else:
            self._add(node)
            self._count(node.size - 1, line)

    def _add(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        else:
            parent.value[self.keys[-1]] = node
            self.keys[-1] = None
        self._count(1, node.line)

    def _count(self, values: int, line: int) -> None:
        self.open[-1].size += values
        if sum(node.size for node in self.open) > MAX_VALUES:
            self.stop(f"more than {MAX_VALUES} values, aliases counted as used", line)

    def _close(self) -> None:
        node = self.open.pop()
        self.keys.pop()
        if self.open:
            self.open[-1].size += node.size - 1

    def _scalar(self, event: Any, place: str, line: int) -> Any:
        text = event.value
        if NOT_TEXT.search(text):
            self.faults.append(_unreadable("a character that is not text", line, place, text))
        if event.tag in (None, "!"):
            tag = RESOLVER.resolve(yaml.ScalarNode, text, event.implicit)
        else:
            tag = event.tag
        kind = tag.removeprefix(TAG)
        if kind in ("str", "merge", "value") or len(text) > LONGEST_SCALAR:
            return text
        if kind not in SCALARS:
            self.stop("tags are not used in this file", line, value=tag)
        try:
            return SCALARS[kind](yaml.ScalarNode(tag, text))
        except (ValueError, OverflowError, AttributeError, LookupError):
            return text  # looks like a day or a number and is none: whoever wants one will say so


RESOLVER: Any = yaml.resolver.Resolver()
CONSTRUCTOR: Final = yaml.constructor.SafeConstructor()
SCALARS: Final = {
    "null": CONSTRUCTOR.construct_yaml_null,
    "bool": CONSTRUCTOR.construct_yaml_bool,
    "int": CONSTRUCTOR.construct_yaml_int,
    "float": CONSTRUCTOR.construct_yaml_float,
    "timestamp": CONSTRUCTOR.construct_yaml_timestamp,
}
