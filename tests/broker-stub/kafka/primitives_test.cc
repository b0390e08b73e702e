#include "broker-stub/kafka/primitives.h"

#include <limits>

#include <catch2/catch.hpp>

namespace quorate::kafka {

namespace {

using std::string_literals::operator""s;

template <typename Write>
std::string written(Write&& write) {
  Writer writer;
  write(writer);
  REQUIRE(writer.status().is_ok());
  return writer.take_string();
}

}  // namespace

TEST_CASE("integers are big endian", "[kafka][primitives]") {
  CHECK(written([](Writer& out) { out.int16(0x0102); }) == "\x01\x02"s);
  CHECK(written([](Writer& out) { out.int32(-2); }) == "\xff\xff\xff\xfe"s);
  CHECK(written([](Writer& out) { out.int64(1); }) == "\0\0\0\0\0\0\0\x01"s);
  CHECK(Reader("\x80\x00\x00\x00"s).int32() == std::numeric_limits<std::int32_t>::min());
}

TEST_CASE("varints are base 128 with the low group first", "[kafka][primitives]") {
  CHECK(written([](Writer& out) { out.unsigned_varint(0); }) == "\0"s);
  CHECK(written([](Writer& out) { out.unsigned_varint(300); }) == "\xac\x02"s);
  CHECK(written([](Writer& out) { out.unsigned_varint(0xffffffff); }) == "\xff\xff\xff\xff\x0f"s);
  CHECK(written([](Writer& out) { out.varint(-1); }) == "\x01"s);
  CHECK(written([](Writer& out) { out.varint(1); }) == "\x02"s);
  CHECK(written([](Writer& out) { out.varint(std::numeric_limits<std::int32_t>::min()); }) ==
        "\xff\xff\xff\xff\x0f"s);
  CHECK(written([](Writer& out) { out.varlong(std::numeric_limits<std::int64_t>::min()); }) ==
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
}

TEST_CASE("signed varints come back over their whole range", "[kafka][primitives]") {
  for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max(),
                                   std::int64_t{0},
                                   std::int64_t{-64},
                                   std::int64_t{64}}) {
    const std::string bytes = written([&](Writer& out) { out.varlong(value); });
    Reader reader(bytes);
    CHECK(reader.varlong() == value);
    CHECK(reader.status().is_ok());
  }
}

TEST_CASE("a varint that is too long or too large is refused", "[kafka][primitives][X02]") {
  for (const std::string& bytes : {"\x80"s, "\xff\xff\xff\xff\x1f"s, "\x80\x80\x80\x80\x80\x01"s}) {
    Reader reader(bytes);
    CHECK(reader.unsigned_varint() == 0);
    CHECK(reader.status().code() == Code::kCorruption);
  }
  const std::string long_bytes = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"s;
  Reader reader(long_bytes);
  CHECK(reader.varlong() == 0);
  CHECK_FALSE(reader.is_ok());
}

TEST_CASE("compact lengths are one more than the size and zero is null", "[kafka][primitives]") {
  CHECK(written([](Writer& out) { out.string(Form::kCompact, "ab"); }) ==
        "\x03"
        "ab"s);
  CHECK(written([](Writer& out) { out.string(Form::kPlain, "ab"); }) ==
        "\0\x02"
        "ab"s);
  CHECK(written([](Writer& out) { out.nullable_string(Form::kCompact, std::nullopt); }) == "\0"s);
  CHECK(written([](Writer& out) { out.nullable_string(Form::kPlain, std::nullopt); }) ==
        "\xff\xff"s);
  CHECK(written([](Writer& out) { out.null_array(Form::kPlain); }) == "\xff\xff\xff\xff"s);
}

TEST_CASE("null is refused where the protocol forbids it", "[kafka][primitives]") {
  const std::string null_string = "\xff\xff"s;
  Reader reader(null_string);
  CHECK(reader.string(Form::kPlain).empty());
  CHECK(reader.status().code() == Code::kCorruption);
}

TEST_CASE("a length below minus one is refused", "[kafka][primitives][X02]") {
  const std::string bytes = "\xff\xfe"s;
  Reader reader(bytes);
  CHECK_FALSE(reader.nullable_string(Form::kPlain).has_value());
  CHECK_FALSE(reader.is_ok());
}

TEST_CASE("an array that claims more elements than bytes are left is refused",
          "[kafka][primitives][X02]") {
  for (const std::string& bytes : {"\x7f\xff\xff\xff"s, "\0\0\0\x02z"s}) {
    Reader reader(bytes);
    CHECK(reader.array_length(Form::kPlain) == 0);
    CHECK(reader.status().code() == Code::kCorruption);
  }
}

TEST_CASE("all arrays of a message share one budget of elements", "[kafka][primitives][X02]") {
  Writer writer;
  writer.array_length(Form::kPlain, kArrayElementsMax);
  writer.array_length(Form::kPlain, 1);
  writer.raw(std::string(kArrayElementsMax, 'z'));
  const std::string bytes = writer.take_string();
  Reader reader(bytes);
  CHECK(reader.array_length(Form::kPlain) == kArrayElementsMax);
  CHECK(reader.is_ok());
  CHECK(reader.array_length(Form::kPlain) == 0);
  CHECK_FALSE(reader.is_ok());
}

TEST_CASE("unknown tagged fields are skipped", "[kafka][primitives]") {
  Writer writer;
  writer.tagged_fields({{0, "zero"}, {7, "seven"}});
  writer.int8(42);
  const std::string bytes = writer.take_string();
  Reader reader(bytes);
  reader.skip_tagged_fields();
  CHECK(reader.int8() == 42);
  CHECK(reader.status().is_ok());
}

TEST_CASE("tags that repeat or descend are refused", "[kafka][primitives][X02]") {
  for (const std::uint32_t second : {7U, 3U}) {
    Writer writer;
    writer.tagged_fields({{7, "a"}, {second, "b"}});
    const std::string bytes = writer.take_string();
    Reader reader(bytes);
    reader.skip_tagged_fields();
    CHECK(reader.status().code() == Code::kCorruption);
  }
}

TEST_CASE("an error is sticky and tells its first place", "[kafka][primitives]") {
  const std::string bytes = "\x01\x02"s;
  Reader reader(bytes);
  CHECK(reader.int32() == 0);
  CHECK(reader.int8() == 0);
  CHECK(reader.remaining() == 0);
  CHECK(reader.status().message() == "the bytes end inside an integer (at byte 0)");
}

TEST_CASE("large record data with an owner is spliced in and not copied", "[kafka][primitives]") {
  const auto owner = std::make_shared<const std::string>(kSpliceBytesMin, 'r');
  Writer writer;
  writer.int8(1);
  writer.slice(Form::kPlain, {.bytes = *owner, .owner = owner});
  writer.int8(2);
  CHECK(writer.size() == 1 + 4 + kSpliceBytesMin + 1);
  const auto slices = writer.take();
  REQUIRE(slices.size() == 3);
  CHECK(slices[1].bytes.data() == owner->data());
  CHECK(slices[1].owner == owner);
}

TEST_CASE("record data without an owner is copied", "[kafka][primitives]") {
  const std::string borrowed(kSpliceBytesMin, 'r');
  Writer writer;
  writer.slice(Form::kPlain, {.bytes = borrowed, .owner = nullptr});
  const auto slices = writer.take();
  REQUIRE(slices.size() == 1);
  CHECK(slices[0].bytes.substr(4) == borrowed);
}

TEST_CASE("a string too long for its length field is an error", "[kafka][primitives]") {
  Writer writer;
  writer.string(Form::kPlain, std::string(32768, 'x'));
  CHECK(writer.status().code() == Code::kInvalidArgument);
}

}  // namespace quorate::kafka
