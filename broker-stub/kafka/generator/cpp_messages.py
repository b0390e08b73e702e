"""Writes a header and a source per schema file: structs, decoders, encoders, JSON."""

from schema import SLICES, VERSION_END

NUMBERS = {
    "bool": ("bool", "boolean"),
    "int8": ("std::int8_t", "int8"),
    "int16": ("std::int16_t", "int16"),
    "int32": ("std::int32_t", "int32"),
    "int64": ("std::int64_t", "int64"),
    "float64": ("double", "float64"),
}
BANNER = "// Made from broker-stub/kafka/schemas/{stem}.json by the generator; never edited.\n"


def element_type(message, field):
    """The C++ type of the field, or of one element of it."""
    if field.struct:
        return field.type
    if field.name.endswith("ErrorCode") and field.type == "int16":
        return "ErrorCode"
    if field.type in NUMBERS:
        return NUMBERS[field.type][0]
    if field.type == "string":
        # A request is decoded from a frame that outlives it; a response is built from anything.
        return "std::string_view" if message.kind == "request" else "std::string"
    return "Slice" if field.type in SLICES else "Uuid"


def field_type(message, field):
    kind = element_type(message, field)
    if field.is_array:
        kind = f"std::vector<{kind}>"
    return f"std::optional<{kind}>" if field.is_nullable() else kind


def default_of(field):
    if field.is_array or field.is_nullable() or field.struct or field.type in ("string", "uuid"):
        return ""
    if field.default is None:
        return "{}"
    if field.type == "bool":
        return " = true" if field.default else "{}"
    if field.default == -2147483648:
        return " = std::numeric_limits<std::int32_t>::min()"
    return f" = {field.default}"


def condition(inner, outer):
    """The C++ test that `version`, known to lie in `outer`, lies in `inner`; '' when always."""
    parts = []
    if inner.low > outer.low:
        parts.append(f"version >= {inner.low}")
    if inner.high < outer.high and inner.high < VERSION_END:
        parts.append(f"version <= {inner.high}")
    return " && ".join(parts)


def guarded(test, lines):
    if not test:
        return lines
    return [f"if ({test}) {{"] + ["  " + line for line in lines] + ["}"]


class StructWriter:
    """Code of one struct of a message. `scope` is the C++ name to qualify its members with."""

    def __init__(self, message, struct, scope, is_top):
        self.message, self.struct, self.scope, self.is_top = message, struct, scope, is_top
        self.plain = [field for field in struct.fields if field.tag is None]
        self.tagged = sorted((f for f in struct.fields if f.tag is not None), key=lambda f: f.tag)

    def declaration(self, indent):
        lines = []
        for field in self.struct.fields:
            where = "" if field.versions.covers(self.message.versions) else f" [{field.versions}]"
            lines.append(f"// {field.about}{where}")
            kind = field_type(self.message, field)
            lines.append(f"{kind} {field.cpp_name}{default_of(field)};")
        lines.append("")
        if self.is_top:
            lines += [
                "// Any bytes give ok or kCorruption; a version not served gives kUnsupported.",
                "[[nodiscard]] Status decode(Reader& in, std::int16_t version);",
                "// Leaves out fields that `version` does not have. Ask out.status() at the end.",
                "void encode(Writer& out, std::int16_t version) const;",
                "// One line of JSON with the fields of `version`; for traces and tests.",
                "[[nodiscard]] std::string to_json(std::int16_t version) const;",
            ]
        lines += [
            "void read(Reader& in, std::int16_t version);",
            "void write(JsonWriter& out, std::int16_t version) const;",
        ]
        if not self.is_top:
            lines.append("void encode(Writer& out, std::int16_t version) const;")
        lines.append(f"friend bool operator==(const {self.struct.name}&, "
                     f"const {self.struct.name}&) = default;")
        return [indent + line if line else "" for line in lines]

    def form(self, field):
        return "Form::kPlain" if field.is_always_plain else "form"

    def form_line(self):
        if self.message.flexible.covers(self.message.versions):
            return ["[[maybe_unused]] constexpr Form form = Form::kCompact;"]
        if self.message.flexible.meet(self.message.versions).is_empty():
            return ["[[maybe_unused]] constexpr Form form = Form::kPlain;"]
        return ["[[maybe_unused]] const Form form = "
                f"version >= {self.message.flexible.low} ? Form::kCompact : Form::kPlain;"]

    def read_value(self, field, source, target):
        """Statements that read one element of `field` from `source` into `target`."""
        if field.struct:
            return f"{target}.read({source}, version);"
        kind = element_type(self.message, field)
        if kind == "ErrorCode":
            return f"{target} = static_cast<ErrorCode>({source}.int16());"
        if field.type in NUMBERS:
            return f"{target} = {source}.{NUMBERS[field.type][1]}();"
        if field.type == "uuid":
            return f"{target} = {source}.uuid();"
        verb = "slice" if field.type in SLICES else "string"
        return f"{target} = {source}.{verb}({self.form(field)});"

    def read_array(self, field, source, count, target):
        # Grows as elements arrive: a length that lies costs no memory.
        return [
            f"for (std::size_t left = {count}; left > 0 && {source}.is_ok(); --left) {{",
            f"  auto& element = {target}.emplace_back();",
            f"  {self.read_value(field, source, 'element')}",
            "}",
        ]

    def read_present(self, field, source):
        """Reads the field, known to be in this version."""
        name, form = field.cpp_name, self.form(field)
        if not field.is_nullable():
            if field.is_array:
                return self.read_array(field, source, f"{source}.array_length({form})", name)
            return [self.read_value(field, source, name)]
        test = condition(field.nullable, field.versions.meet(self.message.versions))
        if field.is_array:
            body = [f"if (const auto count = {source}.nullable_array_length({form})) {{",
                    f"  auto& elements = {name}.emplace();"]
            body += ["  " + line for line in self.read_array(field, source, "*count", "elements")]
            body += ["}"]
            strict = [f"auto& elements = {name}.emplace();"]
            strict += self.read_array(field, source, f"{source}.array_length({form})", "elements")
        else:
            verb = "slice" if field.type in SLICES else "string"
            body = [f"{name} = {source}.nullable_{verb}({form});"]
            strict = [self.read_value(field, source, name)]
        if not test:
            return body
        return guarded(test, body)[:-1] + ["} else {"] + ["  " + line for line in strict] + ["}"]

    def read_body(self):
        lines = self.form_line()
        around = self.message.versions
        for field in self.plain:
            lines += guarded(condition(field.versions, around), self.read_present(field, "in"))
        flexible = self.message.flexible.meet(around)
        if flexible.is_empty():
            return lines
        if not self.tagged:
            tags = ["in.skip_tagged_fields();"]
        else:
            tags = ["in.tagged_fields([&](std::uint32_t tag, Reader& field) {"]
            for field in self.tagged:
                test = condition(field.versions, flexible)
                case = f"tag == {field.tag}" + (f" && {test}" if test else "")
                tags += ["  " + line for line in guarded(case, self.read_present(field, "field"))]
            tags.append("});")
        return lines + guarded(condition(flexible, around), tags)

    def write_value(self, field, sink, value):
        if field.struct:
            return f"{value}.encode({sink}, version);"
        if element_type(self.message, field) == "ErrorCode":
            return f"{sink}.int16(static_cast<std::int16_t>({value}));"
        if field.type in NUMBERS:
            return f"{sink}.{NUMBERS[field.type][1]}({value});"
        if field.type == "uuid":
            return f"{sink}.uuid({value});"
        verb = "slice" if field.type in SLICES else "string"
        return f"{sink}.{verb}({self.form(field)}, {value});"

    def write_array(self, field, sink, value, access):
        return [
            f"{sink}.array_length({self.form(field)}, {value}{access}size());",
            f"for (const auto& element : {'*' if access == '->' else ''}{value}) "
            + self.write_value(field, sink, "element"),
        ]

    def write_present(self, field, sink):
        name, form = field.cpp_name, self.form(field)
        if not field.is_nullable():
            if field.is_array:
                return self.write_array(field, sink, name, ".")
            return [self.write_value(field, sink, name)]
        test = condition(field.nullable, field.versions.meet(self.message.versions))
        if field.is_array:
            absent = [f"{sink}.null_array({form});"] if not test else [
                f"if ({test}) {{", f"  {sink}.null_array({form});", "} else {",
                f"  {sink}.array_length({form}, 0);", "}"]
            return [f"if ({name}) {{"] + ["  " + line for line in self.write_array(
                field, sink, name, "->")] + ["} else {"] + ["  " + l for l in absent] + ["}"]
        verb = "slice" if field.type in SLICES else "string"
        body = [f"{sink}.nullable_{verb}({form}, {name});"]
        if not test:
            return body
        empty = "Slice{}" if field.type in SLICES else '""'
        return guarded(test, body)[:-1] + [
            "} else {", f"  {sink}.{verb}({form}, {name}.value_or({empty}));", "}"]

    def is_set(self, field):
        """The C++ test that a tagged field differs from its default."""
        name = field.cpp_name
        if field.is_nullable():
            return f"{name}.has_value()"
        if field.struct and not field.is_array:
            return f"!({name} == {field.type}{{}})"
        if field.is_array or field.type == "string":
            return f"!{name}.empty()"
        if field.type == "bool":
            return name if not field.default else f"!{name}"
        if element_type(self.message, field) == "ErrorCode":
            return f"{name} != ErrorCode::kNone"
        return f"{name} != {field.default or 0}"

    def write_body(self):
        lines = self.form_line()
        around = self.message.versions
        for field in self.plain:
            lines += guarded(condition(field.versions, around), self.write_present(field, "out"))
        flexible = self.message.flexible.meet(around)
        if flexible.is_empty():
            return lines
        if not self.tagged:
            return lines + guarded(condition(flexible, around), ["out.unsigned_varint(0);"])
        tags = ["std::vector<std::pair<std::uint32_t, std::string>> tags;"]
        for field in self.tagged:
            test = condition(field.versions, flexible)
            test = (test + " && " if test else "") + self.is_set(field)
            tags += guarded(test, ["Writer field;"] + self.write_present(field, "field")
                            + [f"tags.emplace_back({field.tag}, field.take_string());"])
        tags.append("out.tagged_fields(tags);")
        return lines + guarded(condition(flexible, around), tags)

    def json_body(self):
        lines = ["out.begin_object();"]
        for field in self.struct.fields:
            name = field.cpp_name
            body = [f'out.key("{field.name}");']
            value = f"*{name}" if field.is_nullable() else name
            if field.is_array:
                one = "element.write(out, version);" if field.struct else "out.value(element);"
                write = ["out.begin_array();",
                         f"for (const auto& element : {value}) {one}", "out.end_array();"]
            elif field.struct:
                write = [f"{name}.write(out, version);"]
            else:
                write = [f"out.value({value});"]
            if field.is_nullable():
                write = guarded(name, write)[:-1] + ["} else {", "  out.null();", "}"]
            lines += guarded(condition(field.versions, self.message.versions), body + write)
        return lines + ["out.end_object();"]

    def definitions(self):
        scope = self.scope
        unused = "[[maybe_unused]] "
        parts = [(f"void {scope}::read({unused}Reader& in, {unused}std::int16_t version)",
                  self.read_body())]
        head = f"void {scope}::encode({unused}Writer& out, {unused}std::int16_t version) const"
        body = self.write_body()
        if self.is_top:
            body = ["QUORATE_CHECK(version >= kVersionMin && version <= kVersionMax);"] + body
            parts.append((f"Status {scope}::decode(Reader& in, std::int16_t version)", [
                "if (version < kVersionMin || version > kVersionMax) {",
                f'  return {{Code::kUnsupported, "{self.struct.name} version " + '
                "std::to_string(version)};",
                "}", "*this = {};", "read(in, version);", "return in.status();"]))
            parts.append((f"std::string {scope}::to_json(std::int16_t version) const", [
                "JsonWriter out;", "write(out, version);", "return out.take();"]))
        parts.append((head, body))
        parts.append((f"void {scope}::write(JsonWriter& out, {unused}std::int16_t version) const",
                      self.json_body()))
        return "\n".join(f"{head} {{\n" + "\n".join("  " + line for line in body) + "\n}\n"
                         for head, body in parts)


def message_declaration(file, message):
    top = message.struct
    lines = [f"struct {top.name} {{"]
    if message.key is not None:
        lines.append(f"  static constexpr ApiKey kKey = ApiKey::k{file.api.name};")
    lines.append(f"  static constexpr std::int16_t kVersionMin = {message.versions.low};")
    lines.append(f"  static constexpr std::int16_t kVersionMax = {message.versions.high};")
    lines.append("")
    for struct in top.nested():
        lines.append(f"  struct {struct.name} {{")
        lines += StructWriter(message, struct, struct.name, False).declaration("    ")
        lines += ["  };", ""]
    lines += StructWriter(message, top, top.name, True).declaration("  ")
    lines.append("};\n")
    return "\n".join(lines)


def header(file):
    about = "\n".join("// " + line if line else "//" for line in file.about.splitlines())
    body = "\n".join(message_declaration(file, message) for message in file.messages)
    return (BANNER.format(stem=file.stem) + "//\n" + about + "\n"
            "// Strings of a request and records are borrowed from the frame that was decoded.\n"
            "// Thread: values.\n"
            "#pragma once\n\n#include <cstdint>\n#include <limits>\n#include <optional>\n"
            "#include <string>\n#include <string_view>\n#include <vector>\n\n"
            '#include "broker-stub/kafka/api_key.h"\n#include "broker-stub/kafka/error_code.h"\n'
            '#include "broker-stub/kafka/primitives.h"\n#include "raft/base/status.h"\n\n'
            "namespace quorate::kafka {\n\nclass JsonWriter;\n\n" + body
            + "\n}  // namespace quorate::kafka\n")


def source(file):
    parts = []
    for message in file.messages:
        for struct in message.struct.nested():
            scope = f"{message.name}::{struct.name}"
            parts.append(StructWriter(message, struct, scope, False).definitions())
        parts.append(StructWriter(message, message.struct, message.name, True).definitions())
    return (BANNER.format(stem=file.stem)
            + f'#include "broker-stub/kafka/messages/{file.stem}.h"\n\n#include <utility>\n\n'
            '#include "broker-stub/kafka/json_writer.h"\n#include "raft/base/check.h"\n\n'
            "namespace quorate::kafka {\n\n" + "\n".join(parts)
            + "\n}  // namespace quorate::kafka\n")
