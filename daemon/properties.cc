#include "daemon/properties.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <utility>

#include <unistd.h>

#include "raft/base/check.h"

namespace quorate {
namespace {

constexpr std::string_view kEnvironmentPrefix = "QUORATE_";
constexpr std::size_t kFileBytesMax = 1U << 20U;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\f";
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::string environment_name(std::string_view key) {
  std::string name(kEnvironmentPrefix);
  for (const char symbol : key) {
    const bool separates = symbol == '.' || symbol == '-';
    name += separates ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(symbol)));
  }
  return name;
}

Status wrong(std::string_view origin, std::string_view key, std::string_view rule) {
  std::string message(origin);
  message += ": ";
  message += key;
  message += ": ";
  message += rule;
  return {Code::kInvalidArgument, message};
}

// Ok, or the rule that `text` breaks.
Status check_value(const OptionSpec& option, std::string_view text, std::string_view origin) {
  const std::string shown = '\'' + std::string(text) + '\'';
  if (option.type == OptionType::kInteger) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
      return wrong(origin, option.key, shown + " is not an integer");
    }
    if (number < option.min || number > option.max) {
      return wrong(origin,
                   option.key,
                   shown + " is not within " + std::to_string(option.min) + " to " +
                       std::to_string(option.max));
    }
  }
  if (option.type == OptionType::kBoolean && text != "true" && text != "false") {
    return wrong(origin, option.key, shown + " is neither true nor false");
  }
  if (option.type == OptionType::kChoice &&
      std::ranges::find(option.choices, text) == option.choices.end()) {
    std::string rule = shown + " is none of";
    for (const std::string& choice : option.choices)
      rule += ' ' + choice;
    return wrong(origin, option.key, rule);
  }
  return Status::ok();
}

struct Line {
  std::string key;
  std::string value;
  std::string origin;
};

// "key=value" or "key: value", as Java's properties have it.
Result<Line> split(std::string_view text, std::string origin) {
  const auto at = text.find_first_of("=:");
  if (at == std::string_view::npos || trim(text.substr(0, at)).empty()) {
    return wrong(origin, trim(text), "is not of the form key=value");
  }
  return Line{std::string(trim(text.substr(0, at))),
              std::string(trim(text.substr(at + 1))),
              std::move(origin)};
}

// The lines of a file without comments and empty lines; a backslash at the end joins two.
Result<std::vector<Line>> read_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {Code::kInvalidArgument, path + ": " + std::strerror(errno)};
  std::vector<Line> lines;
  std::string physical;
  std::string logical;
  std::size_t number = 0;
  std::size_t first = 0;
  std::size_t bytes = 0;
  while (std::getline(file, physical)) {
    ++number;
    bytes += physical.size();
    if (bytes > kFileBytesMax) return {Code::kInvalidArgument, path + ": larger than 1 MiB"};
    if (logical.empty()) first = number;
    logical += trim(physical);
    if (!logical.empty() && logical.front() != '#' && logical.back() == '\\' && !file.eof()) {
      logical.pop_back();
      continue;
    }
    const std::string whole = std::exchange(logical, {});
    if (whole.empty() || whole.front() == '#' || whole.front() == '!') continue;
    Result<Line> line = split(whole, path + ':' + std::to_string(first));
    QUORATE_TRY(line.status());
    lines.push_back(*std::move(line));
  }
  return lines;
}

Status unknown_key(const OptionTable& table, const Line& line) {
  std::string rule = "unknown key";
  if (const auto nearest = table.nearest(line.key)) rule += "; did you mean " + *nearest + '?';
  return wrong(line.origin, line.key, rule);
}

// Variables of the environment that name an option; others are not ours to judge.
std::vector<Line> from_environment(const OptionTable& table,
                                   const std::vector<std::string>& environment) {
  std::vector<Line> lines;
  for (const std::string& variable : environment) {
    const auto at = variable.find('=');
    if (at == std::string::npos || !variable.starts_with(kEnvironmentPrefix)) continue;
    const std::string name = variable.substr(0, at);
    for (const OptionSpec& option : table.options()) {
      if (environment_name(option.key) == name) {
        lines.push_back({option.key, variable.substr(at + 1), name});
      }
    }
  }
  return lines;
}

}  // namespace

std::vector<std::string> process_environment() {
  std::vector<std::string> variables;
  for (char** next = ::environ; next != nullptr && *next != nullptr; ++next) {
    variables.emplace_back(*next);
  }
  return variables;
}

Result<Properties> Properties::load(const OptionTable& table, const PropertySources& sources) {
  std::vector<Line> lines;
  if (!sources.file.empty()) {
    Result<std::vector<Line>> file = read_lines(sources.file);
    QUORATE_TRY(file.status());
    lines = *std::move(file);
    for (std::size_t at = 0; at < lines.size(); ++at) {
      const auto twin = std::find_if(lines.begin(),
                                     lines.begin() + static_cast<std::ptrdiff_t>(at),
                                     [&](const Line& line) { return line.key == lines[at].key; });
      if (twin != lines.begin() + static_cast<std::ptrdiff_t>(at)) {
        return wrong(lines[at].origin, lines[at].key, "given already at " + twin->origin);
      }
    }
  }
  for (Line& line : from_environment(table, sources.environment))
    lines.push_back(std::move(line));
  for (const std::string& set : sources.sets) {
    Result<Line> line = split(set, "--set");
    QUORATE_TRY(line.status());
    lines.push_back(*std::move(line));
  }

  Properties loaded;
  for (const Line& line : lines) {
    const OptionSpec* option = table.find(line.key);
    if (option == nullptr) return unknown_key(table, line);
    QUORATE_TRY(check_value(*option, line.value, line.origin));
    loaded.values_[line.key] = {line.value, line.origin};
  }
  for (const OptionSpec& option : table.options()) {
    if (loaded.values_.contains(option.key)) continue;
    if (!option.fallback) {
      const std::string where = sources.file.empty() ? "configuration" : sources.file;
      return wrong(where, option.key, "required but not given");
    }
    loaded.values_[option.key] = {*option.fallback, "default"};
  }
  return loaded;
}

const Properties::Value& Properties::at(std::string_view key) const {
  const auto found = values_.find(key);
  QUORATE_CHECK(found != values_.end());
  return found->second;
}

const std::string& Properties::text(std::string_view key) const {
  return at(key).text;
}

std::int64_t Properties::integer(std::string_view key) const {
  const std::string& text = at(key).text;
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  QUORATE_CHECK(parsed.ec == std::errc{});
  return number;
}

bool Properties::boolean(std::string_view key) const {
  return at(key).text == "true";
}

std::vector<std::string> Properties::list(std::string_view key) const {
  std::vector<std::string> items;
  std::string_view rest = at(key).text;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    if (const auto item = trim(rest.substr(0, comma)); !item.empty()) items.emplace_back(item);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return items;
}

const std::string& Properties::origin(std::string_view key) const {
  return at(key).origin;
}

Status Properties::refuse(std::string_view key, std::string_view rule) const {
  return wrong(at(key).origin, key, rule);
}

}  // namespace quorate
