// The half of properties.h that knows what may be configured; properties.cc reads values.
#include <algorithm>
#include <utility>

#include "daemon/properties.h"

namespace quorate {
namespace {

// The least number of inserted, deleted and replaced characters that turn `a` into `b`.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t at = 0; at <= b.size(); ++at)
    row[at] = at;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += between;
    joined += word;
  }
  return joined;
}

std::string rule_of(const OptionSpec& option) {
  switch (option.type) {
    case OptionType::kText: return "text";
    case OptionType::kInteger:
      return "integer, " + std::to_string(option.min) + " to " + std::to_string(option.max);
    case OptionType::kBoolean: return "true or false";
    case OptionType::kChoice: return "one of " + join(option.choices, ", ");
    case OptionType::kList: return "list, separated by commas";
  }
  return {};
}

std::string fallback_of(const OptionSpec& option) {
  if (!option.fallback) return "required";
  return option.fallback->empty() ? "default: none" : "default: " + *option.fallback;
}

}  // namespace

OptionSpec integer_option(std::string key,
                          std::optional<std::string> fallback,
                          std::pair<std::int64_t, std::int64_t> range,
                          std::string doc) {
  return {.key = std::move(key),
          .type = OptionType::kInteger,
          .fallback = std::move(fallback),
          .doc = std::move(doc),
          .min = range.first,
          .max = range.second};
}

OptionTable::OptionTable(std::string program, std::vector<OptionSpec> options)
    : program_(std::move(program)), options_(std::move(options)) {}

const OptionSpec* OptionTable::find(std::string_view key) const {
  const auto found = std::ranges::find(options_, key, &OptionSpec::key);
  return found == options_.end() ? nullptr : &*found;
}

std::optional<std::string> OptionTable::nearest(std::string_view key) const {
  const OptionSpec* best = nullptr;
  std::size_t fewest = key.size() / 2 + 1;  // further away it is another word
  for (const OptionSpec& option : options_) {
    const std::size_t distance = edits(key, option.key);
    if (distance < fewest) {
      fewest = distance;
      best = &option;
    }
  }
  return best == nullptr ? std::nullopt : std::optional(best->key);
}

std::string OptionTable::help_text() const {
  std::string text;
  for (const OptionSpec& option : options_) {
    text += "  " + option.key + "  (" + rule_of(option) + "; " + fallback_of(option) + ")\n      " +
            option.doc + '\n';
  }
  return text;
}

std::string OptionTable::markdown() const {
  std::string text = "| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const OptionSpec& option : options_) {
    std::string fallback = "**required**";
    if (option.fallback) fallback = option.fallback->empty() ? "" : '`' + *option.fallback + '`';
    text += "| `" + option.key + "` | " + rule_of(option) + " | " + fallback + " | " + option.doc +
            " |\n";
  }
  return text;
}

}  // namespace quorate
