// Any file, environment and command line is a configuration or is refused; what is accepted has a
// value of the right type for every option.
#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "daemon/properties.h"
#include "tests/fuzz/byte_source.h"

namespace {

using namespace quorate;  // NOLINT(google-build-using-namespace)

OptionSpec option(std::string key, OptionType type, std::string fallback) {
  OptionSpec spec;
  spec.key = std::move(key);
  spec.type = type;
  spec.fallback = std::move(fallback);
  spec.doc = "An option.";
  if (type == OptionType::kInteger) spec.min = -5;
  if (type == OptionType::kChoice) spec.choices = {"red", "green"};
  return spec;
}

const OptionTable& table() {
  static const OptionTable made("quorate-fuzz",
                                {option("node.id", OptionType::kInteger, "1"),
                                 option("log.dirs", OptionType::kList, "a, b"),
                                 option("unsafe-plaintext", OptionType::kBoolean, "false"),
                                 option("listeners", OptionType::kText, ""),
                                 option("colour", OptionType::kChoice, "red")});
  return made;
}

void check_values(const Properties& properties) {
  QUORATE_CHECK(properties.integer("node.id") >= -5);
  const std::string& colour = properties.text("colour");
  QUORATE_CHECK(colour == "red" || colour == "green");
  static_cast<void>(properties.boolean("unsafe-plaintext"));
  for (const std::string& each : properties.list("log.dirs"))
    QUORATE_CHECK(each.find(',') == std::string::npos);
  for (const OptionSpec& spec : table().options())
    QUORATE_CHECK(!properties.origin(spec.key).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("properties", 0);
  fuzz::ByteSource in(data, size);
  PropertySources sources;
  sources.file = "/proc/self/fd/" + std::to_string(file);
  for (std::size_t i = in.below(3); i > 0; --i)
    sources.environment.emplace_back(in.bytes(in.below(64)));
  for (std::size_t i = in.below(3); i > 0; --i)
    sources.sets.emplace_back(in.bytes(in.below(64)));
  const std::string_view text = in.rest();
  QUORATE_CHECK(file >= 0 && ::ftruncate(file, 0) == 0);
  QUORATE_CHECK(::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  const auto properties = Properties::load(table(), sources);
  if (properties.is_ok()) check_values(*properties);
  return 0;
}
