"""Writes the enum of API keys, the table of APIs, and the table of the document."""

FILE_BANNER = "// Made from broker-stub/kafka/schemas by the generator; never edited.\n"
TABLE_BEGIN = "<!-- made by broker-stub/kafka/generator/generate.py: begin -->"
TABLE_END = "<!-- made by broker-stub/kafka/generator/generate.py: end -->"


def apis_of(files):
    return sorted((file.api for file in files if file.api), key=lambda api: api.key)


def key_header(files):
    rows = "".join(f"  k{api.name} = {api.key},\n" for api in apis_of(files))
    return (FILE_BANNER + "//\n// The keys of the APIs that this program has codecs for.\n"
            "// Thread: values.\n#pragma once\n\n#include <cstdint>\n\n"
            "namespace quorate::kafka {\n\nenum class ApiKey : std::int16_t {\n" + rows
            + "};\n\n}  // namespace quorate::kafka\n")


def table_row(api):
    flexible = -1 if api.flexible.low > api.versions.high else api.flexible.low
    fixed = -1 if api.response_header is None else api.response_header
    return (f"    {{.key = ApiKey::k{api.name}, .name = \"{api.name}\", "
            f".version_min = {api.versions.low}, .version_max = {api.versions.high}, "
            f".advertised_min = {api.advertised.low}, .advertised_max = {api.advertised.high}, "
            f".flexible_from = {flexible}, .response_header_fixed = {fixed}}},\n")


def table_source(files):
    apis = apis_of(files)
    return (FILE_BANNER + '#include <array>\n\n#include "broker-stub/kafka/api.h"\n\n'
            "namespace quorate::kafka {\n\nstd::span<const Api> all_apis() {\n"
            "  static constexpr auto kApis = std::to_array<Api>({\n"
            + "".join("  " + table_row(api) for api in apis)
            + "  });\n  return kApis;\n}\n\n}  // namespace quorate::kafka\n")


def document_table(files):
    lines = ["| Key | API | Served | Advertised | Flexible from |", "|---:|---|---|---|---|"]
    for api in apis_of(files):
        flexible = "-" if api.flexible.low > api.versions.high else str(api.flexible.low)
        lines.append(f"| {api.key} | {api.name} | {api.versions} | {api.advertised} | {flexible} |")
    return "\n".join(lines)


def with_table(document, files):
    """`document` with the text between the two marks replaced by the table of `files`."""
    before, rest = document.split(TABLE_BEGIN, 1)
    after = rest.split(TABLE_END, 1)[1]
    return f"{before}{TABLE_BEGIN}\n{document_table(files)}\n{TABLE_END}{after}"
