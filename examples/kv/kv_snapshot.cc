#include "examples/kv/kv_snapshot.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "examples/kv/kv_limits.h"
#include "raft/storage/byte_codec.h"

namespace quorate::kv {
namespace {

constexpr std::string_view kMagic = "QKV1";
constexpr std::size_t kReadBytes = 256U << 10U;

void append_bytes(std::string& out, std::string_view bytes) {
  raft::append_varint(out, bytes.size());
  out += bytes;
}

Status corrupt(std::string_view what) {
  return {Code::kCorruption, "snapshot of the key-value store: " + std::string(what)};
}

// The bytes of a source that have been read and not yet used. Reads on while a piece is cut.
class Input {
 public:
  explicit Input(raft::SnapshotSource& source) : source_(source) {}

  // Calls parse(reader), which returns whether all it wanted was there, until it was.
  template <typename Parse>
  Status take(Parse parse) {
    while (true) {
      raft::ByteReader reader(std::string_view(pending_).substr(used_));
      const std::size_t before = reader.remaining();
      parse(reader);
      if (!reader.failed()) {
        used_ += before - reader.remaining();
        return Status::ok();
      }
      if (ended_) return corrupt("cut short");
      QUORATE_TRY(read_on());
    }
  }
  // Ok when nothing is left.
  Status end() {
    while (!ended_ && used_ == pending_.size())
      QUORATE_TRY(read_on());
    return ended_ && used_ == pending_.size() ? Status::ok() : corrupt("longer than it says");
  }

 private:
  Status read_on() {
    pending_.erase(0, std::exchange(used_, 0));
    const auto more = source_.read(std::max(kReadBytes, pending_.size()));
    QUORATE_TRY(more.status());
    ended_ = more->size() == 0;
    pending_ += more->view();
    return Status::ok();
  }

  raft::SnapshotSource& source_;
  std::string pending_;
  std::size_t used_ = 0;
  bool ended_ = false;
};

}  // namespace

KvSnapshot::KvSnapshot(KvStore::View view, std::size_t keys, const std::string& sessions)
    : view_(std::move(view)), ready_(kMagic) {
  append_bytes(ready_, sessions);
  raft::append_varint(ready_, keys);
}

void KvSnapshot::fill() {
  ready_.erase(0, std::exchange(taken_, 0));
  while (ready_.empty() && next_shard_ < view_.size()) {
    for (const auto& [key, value] : *view_[next_shard_]) {
      append_bytes(ready_, key);
      append_bytes(ready_, value);
    }
    view_[next_shard_++].reset();  // not kept in memory for our sake
  }
}

Result<raft::SharedBytes> KvSnapshot::read(std::size_t bytes_max) {
  if (taken_ == ready_.size()) fill();
  const std::size_t size = std::min(bytes_max, ready_.size() - taken_);
  raft::SharedBytes chunk(ready_.substr(taken_, size));
  taken_ += size;
  return chunk;
}

Result<RestoredState> read_snapshot(raft::SnapshotSource& source) {
  Input input(source);
  std::string sessions;
  std::uint64_t keys = 0;
  bool magic = false;
  QUORATE_TRY(input.take([&](raft::ByteReader& reader) {
    magic = reader.bytes(kMagic.size()) == kMagic;
    sessions = reader.bytes(reader.varint());
    keys = reader.varint();
  }));
  if (!magic) return corrupt("it does not begin with " + std::string(kMagic));
  auto decoded = raft::Sessions::decode(sessions, kSessionLimits);
  QUORATE_TRY(decoded.status());
  RestoredState state{std::make_unique<KvStore>(), std::move(decoded).value()};
  for (std::uint64_t i = 0; i < keys; ++i) {
    std::string_view key;
    std::string_view value;
    QUORATE_TRY(input.take([&](raft::ByteReader& reader) {
      key = reader.bytes(reader.varint());
      value = reader.bytes(reader.varint());
    }));
    if (state.store->find(key)) return corrupt("a key twice");
    state.store->put(key, value);
  }
  QUORATE_TRY(input.end());
  return state;
}

}  // namespace quorate::kv
