#include "tests/controller/service/fake_quorum.h"

#include <chrono>
#include <thread>
#include <utility>

namespace quorate::controller {
namespace {

class OneResult : public raft::ApplyResults {
 public:
  void set(std::size_t /*position*/, raft::SharedBytes result) override {
    text = std::string(result.view());
  }
  std::string text;
};

}  // namespace

Status FakeQuorum::propose(raft::SharedBytes data, raft::Term term, raft::ProposeCallback done) {
  const MutexLock lock(mutex_);
  waiting_.push_back({std::move(data), term, std::move(done)});
  return Status::ok();
}

Status FakeQuorum::read(raft::ReadCallback done) {
  done(Status::ok());
  return Status::ok();
}

bool FakeQuorum::wait_for(std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (waiting() < count && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return waiting() >= count;
}

std::size_t FakeQuorum::waiting() const {
  const MutexLock lock(mutex_);
  return waiting_.size();
}

FakeQuorum::Waiting FakeQuorum::take() {
  const MutexLock lock(mutex_);
  QUORATE_CHECK(!waiting_.empty());
  Waiting oldest = std::move(waiting_.front());
  waiting_.pop_front();
  return oldest;
}

std::string FakeQuorum::apply(raft::Term term, raft::SharedBytes data) {
  const raft::Entry entry = raft::make_entry(
      {term, raft::Index{next_index_++}}, raft::EntryKind::kNormal, std::move(data));
  OneResult result;
  machine_.apply({&entry, 1}, result);
  return result.text;
}

void FakeQuorum::commit() {
  Waiting oldest = take();
  const std::string result = apply(oldest.term, oldest.data);
  oldest.done({Status::ok(), {}, raft::SharedBytes(result)});
}

void FakeQuorum::end(const Status& why) {
  take().done({why, {}, {}});
}

void FakeQuorum::commit_foreign(raft::Term term, const std::string& bytes) {
  QUORATE_CHECK(apply(term, raft::SharedBytes(bytes)).empty());
}

}  // namespace quorate::controller
