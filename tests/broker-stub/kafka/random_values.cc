#include <array>

#include "tests/broker-stub/kafka/message_cases.h"

namespace quorate::kafka::cases {

std::string_view random_string(Random& random) {
  static const std::array<std::string, 8> kStrings = {
      "",
      "a",
      "orders",
      "with \"quotes\" and \\ and \n",
      "gr\xc3\xbc\xc3\x9f dich",
      std::string("nul\0inside", 10),
      std::string(127, 'x'),
      std::string(300, 'y'),
  };
  return kStrings[random.below(kStrings.size())];
}

Slice random_records(Random& random) {
  // Below and above the size from which records with an owner are spliced in.
  static const std::array<std::shared_ptr<const std::string>, 4> kRecords = {
      std::make_shared<const std::string>(),
      std::make_shared<const std::string>("record bytes"),
      std::make_shared<const std::string>(kSpliceBytesMin - 1, 'r'),
      std::make_shared<const std::string>(kSpliceBytesMin, 's'),
  };
  const auto& chosen = kRecords[random.below(kRecords.size())];
  return {.bytes = *chosen, .owner = random.chance(1, 2) ? chosen : nullptr};
}

Uuid random_uuid(Random& random) {
  Uuid id;
  if (random.chance(1, 3)) return id;
  for (auto& byte : id.bytes)
    byte = static_cast<std::uint8_t>(random.next());
  return id;
}

ErrorCode random_error_code(Random& random) {
  return static_cast<ErrorCode>(random_number<std::int16_t>(random));
}

}  // namespace quorate::kafka::cases
