#include "cli/identifiers.h"

#include <catch2/catch.hpp>

namespace quorate::cli {
namespace {

TEST_CASE("an identifier survives being printed and read", "[cli][identifiers]") {
  controller::v1::Uuid uuid;
  uuid.set_high(0x0123456789abcdefULL);
  uuid.set_low(0xfedcba9876543210ULL);
  const auto text = uuid_text(uuid);
  CHECK(text.size() == 22);
  const auto back = parse_uuid_text(text);
  REQUIRE(back);
  CHECK(back->high() == uuid.high());
  CHECK(back->low() == uuid.low());
}

TEST_CASE("what is not an identifier is refused", "[cli][identifiers]") {
  CHECK_FALSE(parse_uuid_text(""));
  CHECK_FALSE(parse_uuid_text("short"));
  CHECK_FALSE(parse_uuid_text("!!!!!!!!!!!!!!!!!!!!!!"));
}

TEST_CASE("a fingerprint has 16 digits", "[cli][identifiers]") {
  CHECK(hash_text(0) == "0000000000000000");
  CHECK(hash_text(0xabcULL) == "0000000000000abc");
}

}  // namespace
}  // namespace quorate::cli
