#include "raft/testing/sim_state.h"

#include <string>
#include <utility>

#include "raft/base/check.h"
#include "raft/testing/trace.h"

namespace quorate::raft::testing {
namespace {

class Content final : public SnapshotSource {
 public:
  explicit Content(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<SharedBytes> read(std::size_t bytes_max) override {
    const std::string piece = bytes_.substr(at_, bytes_max);
    at_ += piece.size();
    return SharedBytes(piece);
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace

void SimState::apply(std::span<const Entry> entries, ApplyResults& /*results*/) {
  for (const Entry& entry : entries)
    static_cast<void>(apply(entry));
}

Status SimState::apply(const Entry& entry) {
  QUORATE_CHECK(entry.id.index == applied().next());
  TraceHash next;
  next.mix(hash());
  next.mix(entry);
  hashes_.push_back(next.value());
  return Status::ok();
}

std::string SimState::content() const {
  std::string text = std::to_string(applied().value) + " " + std::to_string(hash()) + " ";
  const std::uint64_t padding = padding_max_ == 0 ? 0 : hash() % padding_max_;
  for (std::uint64_t i = 0; i < padding; ++i)
    text.push_back(static_cast<char>('a' + (hash() + i * i) % 26));
  return text;
}

std::unique_ptr<SnapshotSource> SimState::snapshot() {
  return std::make_unique<Content>(content());
}

Status SimState::restore(const SnapshotMeta& meta, SnapshotSource& source) {
  std::string text;
  while (true) {
    const auto piece = source.read(13);
    if (!piece.is_ok()) return piece.status();
    if (piece->size() == 0) break;
    text += piece->view();
  }
  SimState next(padding_max_);
  next.oldest_ = Index{std::strtoull(text.c_str(), nullptr, 10)};
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return {Code::kCorruption, "no snapshot"};
  next.hashes_ = {std::strtoull(text.c_str() + space, nullptr, 10)};
  if (next.content() != text || next.oldest_ != meta.last.index) {
    return {Code::kCorruption, "the snapshot is not that of its index"};
  }
  *this = std::move(next);
  return Status::ok();
}

void SimState::take_back_to(Index index) {
  QUORATE_CHECK(index >= oldest_ && index <= applied());
  hashes_.resize(index.value - oldest_.value + 1);
}

void SimState::lose() {
  oldest_ = Index{0};
  hashes_ = {0};
}

}  // namespace quorate::raft::testing
