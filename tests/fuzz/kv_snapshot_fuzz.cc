// Any bytes are a snapshot of the key-value store or are refused; what is accepted is written again
// and read again alike.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "examples/kv/kv_snapshot.h"

namespace {

class Bytes final : public quorate::raft::SnapshotSource {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  quorate::Result<quorate::raft::SharedBytes> read(std::size_t bytes_max) override {
    constexpr std::size_t kChunk = 5;  // so that records are cut
    std::string part = bytes_.substr(at_, std::min(bytes_max, kChunk));
    at_ += part.size();
    return quorate::raft::SharedBytes(std::move(part));
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

std::string write(quorate::kv::RestoredState& state) {
  quorate::kv::KvSnapshot snapshot(
      state.store->view(), state.store->size(), state.sessions.encode());
  std::string out;
  while (true) {
    const auto more = snapshot.read(1000);
    QUORATE_CHECK(more.is_ok());
    if (more->size() == 0) return out;
    out += more->view();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes source(std::string(reinterpret_cast<const char*>(data), size));
  auto state = quorate::kv::read_snapshot(source);
  if (!state.is_ok()) return 0;
  const std::string written = write(*state);
  Bytes again(written);
  auto copy = quorate::kv::read_snapshot(again);
  QUORATE_CHECK(copy.is_ok() && write(*copy) == written);
  return 0;
}
