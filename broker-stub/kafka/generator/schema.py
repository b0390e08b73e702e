"""Reads the schema files and checks them: one model for everything that is generated.

A file describes one API (request and response) or, with "messages", a list of single messages.
Keys of a field: name, type, about; versions (default: the message's, or the enclosing field's),
nullable (versions in which null is allowed), tag (then a tagged field, in flexible versions only),
default, form ("plain": length never compact), fields (of a struct type, in the order of the wire).
"""

import json
import re
from dataclasses import dataclass, field as dataclass_field
from pathlib import Path

PRIMITIVES = ("bool", "int8", "int16", "int32", "int64", "float64", "string", "bytes", "records",
              "uuid")
SLICES = ("bytes", "records")
VERSION_END = 32767
FIELD_KEYS = {"name", "type", "about", "versions", "nullable", "tag", "default", "form", "fields"}


class SchemaError(Exception):
    """A schema file that says something we cannot or must not generate."""


@dataclass(frozen=True)
class Range:
    """Versions from `low` to `high`, both included; empty when high < low."""

    low: int
    high: int

    @staticmethod
    def parse(text):
        """`none`, `5`, `3-7` or `3+`."""
        if text == "none":
            return Range(VERSION_END, -1)
        match = re.fullmatch(r"(\d+)(?:(\+)|-(\d+))?", text)
        if not match:
            raise SchemaError(f"not a range of versions: {text!r}")
        low = int(match.group(1))
        if match.group(2):
            return Range(low, VERSION_END)
        return Range(low, int(match.group(3)) if match.group(3) else low)

    def covers(self, other):
        return self.low <= other.low and other.high <= self.high

    def meet(self, other):
        return Range(max(self.low, other.low), min(self.high, other.high))

    def is_empty(self):
        return self.high < self.low

    def __str__(self):
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


@dataclass
class Field:
    name: str
    type: str  # without []
    is_array: bool
    versions: Range
    nullable: Range
    tag: int | None
    default: object
    is_always_plain: bool
    about: str
    struct: "Struct | None"

    @property
    def cpp_name(self):
        return snake(self.name)

    def is_nullable(self):
        return not self.nullable.is_empty()


@dataclass
class Struct:
    name: str
    fields: list = dataclass_field(default_factory=list)

    def nested(self):
        """All structs below this one, inner ones first."""
        for item in self.fields:
            if item.struct:
                yield from item.struct.nested()
                yield item.struct


@dataclass
class Message:
    name: str  # e.g. FetchRequest
    kind: str  # request or response
    versions: Range
    flexible: Range
    struct: Struct
    key: int | None


@dataclass
class Api:
    key: int
    name: str
    tier: int
    versions: Range
    advertised: Range
    flexible: Range
    response_header: int | None  # a fixed version of the response's header
    request: Message
    response: Message


@dataclass
class SchemaFile:
    stem: str
    about: str  # the comment at the top
    api: Api | None
    messages: list


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def without_comments(text):
    """JSON text without its // comments; none of our strings contains //."""
    return "\n".join(line.split("//", 1)[0] for line in text.splitlines())


def head_comment(text):
    lines = []
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line[2:].strip())
    if not lines:
        raise SchemaError("a schema file begins with a comment that says what the API is for")
    return "\n".join(lines)


class Loader:
    """Builds the message `name` from its list of fields."""

    def __init__(self, name, versions, flexible):
        self.name, self.versions, self.flexible = name, versions, flexible
        self.struct_names = set()

    def fail(self, where, what):
        raise SchemaError(f"{self.name}.{where}: {what}")

    def struct(self, name, rows, versions):
        built = Struct(name)
        for row in rows:
            built.fields.append(self.field(row, versions))
        names = [item.name for item in built.fields]
        if len(set(names)) != len(names):
            self.fail(name, "a field is named twice")
        tags = [item.tag for item in built.fields if item.tag is not None]
        if sorted(tags) != list(range(len(tags))):
            self.fail(name, "tags count up from 0")
        return built

    def field(self, row, around):
        name = row.get("name", "?")
        if unknown := set(row) - FIELD_KEYS:
            self.fail(name, f"unknown keys {sorted(unknown)}")
        if not row.get("about"):
            self.fail(name, "says nothing about itself")
        versions = Range.parse(row.get("versions", "0+")).meet(around)
        if versions.is_empty():
            self.fail(name, "is in no version")
        kind = row["type"].removeprefix("[]")
        is_array = row["type"].startswith("[]")
        struct = self.struct_of(name, kind, row, versions)
        nullable = Range.parse(row.get("nullable", "none")).meet(versions)
        tag = row.get("tag")
        if tag is not None and not self.flexible.covers(versions):
            self.fail(name, "is tagged in a version that is not flexible")
        if not nullable.is_empty() and not (is_array or kind in ("string", *SLICES)):
            self.fail(name, "only strings, bytes, records and arrays can be null")
        if is_array and kind in (*SLICES, "uuid", "bool"):
            self.fail(name, f"arrays of {kind} are not supported")
        return Field(name, kind, is_array, versions, nullable, tag, row.get("default"),
                     row.get("form") == "plain", row["about"], struct)

    def struct_of(self, name, kind, row, versions):
        if kind in PRIMITIVES:
            if "fields" in row:
                self.fail(name, "has fields but is no struct")
            return None
        if "fields" not in row:
            self.fail(name, f"unknown type {kind}")
        if kind in self.struct_names:
            self.fail(name, f"struct {kind} is declared twice")
        if not row["type"].startswith("[]") and row.get("tag") is None:
            self.fail(name, "a single struct is supported as a tagged field only")
        self.struct_names.add(kind)
        return self.struct(kind, row["fields"], versions)


def build_message(name, kind, key, spec, fields):
    versions = Range.parse(spec["versions"])
    flexible = Range.parse(spec["flexible"])
    struct = Loader(name, versions, flexible).struct(name, fields, versions)
    return Message(name, kind, versions, flexible, struct, key)


def load_file(path):
    text = Path(path).read_text(encoding="utf-8")
    try:
        spec = json.loads(without_comments(text))
        return build_file(Path(path).stem, head_comment(text), spec)
    except (SchemaError, KeyError, json.JSONDecodeError) as error:
        raise SchemaError(f"{path}: {error}") from error


def build_file(stem, about, spec):
    if "messages" in spec:
        messages = [build_message(m["name"], m["kind"], None, m, m["fields"])
                    for m in spec["messages"]]
        return SchemaFile(stem, about, None, messages)
    name, key = spec["name"], spec["key"]
    request = build_message(name + "Request", "request", key, spec, spec["request"])
    response = build_message(name + "Response", "response", key, spec, spec["response"])
    fixed = spec.get("response_header")
    api = Api(key, name, spec["tier"], request.versions,
              Range.parse(spec.get("advertised", spec["versions"])), request.flexible,
              None if fixed is None else int(fixed), request, response)
    if not api.advertised.covers(api.versions):
        raise SchemaError(f"{name}: serves versions that it does not advertise")
    return SchemaFile(stem, about, api, [request, response])


def load_all(paths):
    files = [load_file(path) for path in sorted(paths)]
    keys = [file.api.key for file in files if file.api]
    if len(set(keys)) != len(keys):
        raise SchemaError("two APIs have the same key")
    return files
