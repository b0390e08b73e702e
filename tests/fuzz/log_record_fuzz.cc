// Any bytes are a record of the log or are refused; accepted entries verify and are contiguous.
// Where the first byte is odd, the record is one of ours with a few bytes changed: then it is
// refused, or nothing was changed.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "raft/storage/entry_codec.h"
#include "tests/fuzz/byte_source.h"

namespace {

using namespace quorate::raft;  // NOLINT(google-build-using-namespace)

constexpr Index kFirst{7};

void check_entries(const std::vector<Entry>& entries) {
  std::uint64_t expected = kFirst.value;
  for (const Entry& entry : entries) {
    QUORATE_CHECK(entry.id.index.value == expected++);
    QUORATE_CHECK(is_intact(entry));
  }
}

std::string damaged_record(quorate::fuzz::ByteSource& in) {
  std::vector<Entry> entries;
  LogId id{Term{1 + in.below(200)}, kFirst};
  const std::size_t count = 1 + in.below(8);
  for (std::size_t i = 0; i < count; ++i) {
    const auto kind = static_cast<EntryKind>(in.below(3));
    entries.push_back(make_entry(id, kind, SharedBytes(std::string(in.bytes(in.below(40))))));
    id = {Term{id.term.value + in.below(3)}, id.index.next()};
  }
  std::string record;
  const EntryRecord made = encode_entries(entries);
  for (const std::string_view piece : made.pieces)
    record += piece;
  const std::string whole = record;
  while (!in.is_empty()) {
    const std::size_t at = (in.below(256) * 256 + in.below(256)) % record.size();
    record[at] = static_cast<char>(in.byte());
  }
  const auto decoded = decode_entries(SharedBytes(record), kFirst);
  QUORATE_CHECK(decoded.is_ok() == (record == whole));
  if (decoded.is_ok()) QUORATE_CHECK(*decoded == entries);
  return record;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  quorate::fuzz::ByteSource in(data, size);
  const bool is_ours = in.byte() % 2 == 1;
  std::string record = is_ours ? damaged_record(in) : std::string(in.rest());
  const auto entries = decode_entries(SharedBytes(std::move(record)), kFirst);
  if (entries.is_ok()) check_entries(*entries);
  return 0;
}
