// Properties of all codecs, over every message in every version, from fixed seeds.
#include <catch2/catch.hpp>

#include "tests/broker-stub/kafka/message_cases.h"

namespace quorate::kafka::cases {

namespace {

template <typename Check>
void for_each_version(Check&& check) {
  for (const MessageCase& message : all_cases()) {
    for (std::int16_t version = message.version_min; version <= message.version_max; ++version) {
      INFO(message.name << " version " << version);
      check(message, version);
    }
  }
}

}  // namespace

TEST_CASE("every message of every version comes back as it was", "[kafka][codec]") {
  constexpr std::uint64_t kSeed = 1;
  INFO("seed " << kSeed);
  Random random(kSeed);
  for_each_version([&](const MessageCase& message, std::int16_t version) {
    for (int i = 0; i < 50; ++i)
      REQUIRE(message.comes_back(random, version));
  });
}

TEST_CASE("every truncation of every message is refused", "[kafka][codec][X02]") {
  constexpr std::uint64_t kSeed = 2;
  INFO("seed " << kSeed);
  Random random(kSeed);
  for_each_version([&](const MessageCase& message, std::int16_t version) {
    for (int i = 0; i < 2; ++i) {
      const std::string bytes = message.random_bytes(random, version);
      // Long record data is all alike inside: step over most of it.
      for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 512) {
        INFO(size << " of " << bytes.size() << " bytes");
        const auto result = message.again(std::string_view(bytes).substr(0, size), version);
        REQUIRE(result.status().code() == Code::kCorruption);
      }
    }
  });
}

TEST_CASE("random bytes give a message or an error", "[kafka][codec][X01][X02]") {
  constexpr std::uint64_t kSeed = 3;
  INFO("seed " << kSeed);
  Random random(kSeed);
  for_each_version([&](const MessageCase& message, std::int16_t version) {
    for (int i = 0; i < 100; ++i) {
      std::string bytes(random.below(120), '\0');
      for (char& byte : bytes)
        byte = static_cast<char>(random.next());
      const auto result = message.again(bytes, version);
      const bool is_clean = result.is_ok() || result.status().code() == Code::kCorruption;
      REQUIRE(is_clean);
    }
  });
}

TEST_CASE("a message with damaged bytes is refused or is another valid message",
          "[kafka][codec][X01][X02]") {
  constexpr std::uint64_t kSeed = 4;
  INFO("seed " << kSeed);
  Random random(kSeed);
  for_each_version([&](const MessageCase& message, std::int16_t version) {
    for (int i = 0; i < 60; ++i) {
      std::string bytes = message.random_bytes(random, version);
      if (bytes.empty()) return;
      for (std::uint64_t flips = random.between(1, 3); flips > 0; --flips) {
        bytes[random.below(bytes.size())] = static_cast<char>(random.next());
      }
      const auto once = message.again(bytes, version);
      if (!once.is_ok()) continue;
      // What was understood can be said and understood again.
      const auto twice = message.again(*once, version);
      REQUIRE(twice.is_ok());
      REQUIRE(*twice == *once);
    }
  });
}

TEST_CASE("versions outside the range are unsupported", "[kafka][codec]") {
  for (const MessageCase& message : all_cases()) {
    INFO(message.name);
    const auto above = static_cast<std::int16_t>(message.version_max + 1);
    const auto below = static_cast<std::int16_t>(message.version_min - 1);
    CHECK(message.again("", above).status().code() == Code::kUnsupported);
    CHECK(message.again("", below).status().code() == Code::kUnsupported);
  }
}

TEST_CASE("every message can be shown as json", "[kafka][codec]") {
  Random random(5);
  for_each_version([&](const MessageCase& message, std::int16_t version) {
    const auto json = message.to_json(message.random_bytes(random, version), version);
    REQUIRE(json.is_ok());
    REQUIRE(json->front() == '{');
    REQUIRE(json->back() == '}');
    for (const char c : *json)
      REQUIRE((c >= 0x20 && c < 0x7f));
  });
}

}  // namespace quorate::kafka::cases
