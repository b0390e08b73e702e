"""Writes, for the tests, a way to fill every message of every version with random values."""

from cpp_messages import BANNER, NUMBERS, condition, element_type, guarded


def random_value(message, field):
    kind = element_type(message, field)
    if field.struct:
        return None
    if kind == "ErrorCode":
        return "random_error_code(random)"
    if field.type in NUMBERS:
        return f"random_number<{kind}>(random)"
    return {"string": "random_string(random)", "records": "random_records(random)",
            "bytes": "random_records(random)",
            "uuid": "random_uuid(random)"}[field.type]


def fill_field(message, field):
    name, value = field.cpp_name, random_value(message, field)
    target = f"message.{name}"
    if field.is_array:
        size = ["elements.resize(random.below(4));"]
        if field.struct:
            loop = ["for (auto& element : elements) fill(element, random, version);"]
        else:
            kind = element_type(message, field)
            cast = f"{kind}({value})" if field.type == "string" else value
            loop = [f"for (auto& element : elements) element = {cast};"]
        source = f"{target}.emplace()" if field.is_nullable() else target
        body = ["{", f"  auto& elements = {source};"] + ["  " + l for l in size + loop] + ["}"]
    elif field.struct:
        body = [f"fill({target}, random, version);"]
    else:
        body = [f"{target} = {value};"]
    if field.is_nullable():
        test = condition(field.nullable, field.versions.meet(message.versions))
        present = f"!({test}) || random.chance(2, 3)" if test else "random.chance(2, 3)"
        body = guarded(present, body)
    return guarded(condition(field.versions, message.versions), body)


def fill_function(message, struct, scope):
    lines = [f"void fill({scope}& message, Random& random, "
             "[[maybe_unused]] std::int16_t version) {"]
    if not struct.fields:
        lines.append("  static_cast<void>(message);")
    for field in struct.fields:
        lines += ["  " + line for line in fill_field(message, field)]
    return "\n".join(lines + ["}"]) + "\n"


def message_code(message):
    parts = []
    for struct in message.struct.nested():
        parts.append(fill_function(message, struct, f"{message.name}::{struct.name}"))
    parts.append(fill_function(message, message.struct, message.name))
    return "\n".join(parts)


def source(file):
    calls = "".join(f'  cases.push_back(case_of<{m.name}>("{m.name}", fill));\n'
                    for m in file.messages)
    return (BANNER.format(stem=file.stem)
            + f'#include "broker-stub/kafka/messages/{file.stem}.h"\n'
            '#include "tests/broker-stub/kafka/message_cases.h"\n\n'
            "namespace quorate::kafka::cases {\n\nnamespace {\n\n"
            + "\n".join(message_code(m) for m in file.messages)
            + f"\n}}  // namespace\n\nvoid add_{file.stem}(std::vector<MessageCase>& cases) {{\n"
            + calls + "}\n\n}  // namespace quorate::kafka::cases\n")


def list_source(files):
    names = [f"add_{file.stem}" for file in files]
    declared = "".join(f"void {name}(std::vector<MessageCase>& cases);\n" for name in names)
    calls = "".join(f"  {name}(cases);\n" for name in names)
    return ("// Made by the generator; never edited.\n"
            '#include "tests/broker-stub/kafka/message_cases.h"\n\n'
            "namespace quorate::kafka::cases {\n\n" + declared
            + "\nstd::vector<MessageCase> all_cases() {\n  std::vector<MessageCase> cases;\n"
            + calls + "  return cases;\n}\n\n}  // namespace quorate::kafka::cases\n")
