#include "examples/kv/stream_link.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "quorate/kv/v1/kv.grpc.pb.h"

#include "examples/kv/channel.h"
#include "examples/kv/outbox.h"
#include "raft/base/mutex.h"

namespace quorate::kv {
namespace {

// One stream from its start to its end. Whoever made it waits for its end before giving it up.
class OpenStream final : public grpc::ClientBidiReactor<v1::RequestFrame, v1::ResponseFrame> {
 public:
  explicit OpenStream(v1::Kv::Stub& stub) { stub.async()->Stream(&context_, this); }

  void start() {
    requests_.hold();  // until the server has opened it
    AddHold();         // until it ends
    StartRead(&received_);
    StartCall();
  }

  // False: the stream has ended, nothing was done.
  bool send(const v1::Request& request, KvLink::Answer& answer) {
    Turn turn = Turn::kWait;
    {
      const MutexLock lock(mutex_);
      if (ended_) return false;
      const std::uint64_t id = ++last_id_;
      open_.emplace(id, std::move(answer));
      turn = requests_.push(frame_, [&](v1::RequestFrame& frame) {
        v1::Request& added = *frame.add_requests();
        added = request;
        added.set_id(id);
      });
      if (turn == Turn::kWait) return true;
      AddHold();  // so that the call cannot end before the write has begun
    }
    StartWrite(&frame_);
    RemoveHold();
    return true;
  }

  void cancel() { context_.TryCancel(); }
  void wait_for_end() {
    const MutexLock lock(mutex_);
    while (!done_)
      ended_signal_.wait(mutex_);
  }
  [[nodiscard]] bool is_done() const {
    const MutexLock lock(mutex_);
    return done_;
  }

 private:
  using Turn = Outbox<v1::RequestFrame>::Turn;

  void OnReadInitialMetadataDone(bool ok) override {
    if (!ok) return;
    {
      const MutexLock lock(mutex_);
      opened_ = true;
    }
    if (requests_.release(frame_) == Turn::kWrite) StartWrite(&frame_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) {
      const MutexLock lock(mutex_);
      ended_ = true;
      requests_.close();
      RemoveHold();
      return;
    }
    requests_.hold();  // what the answered clients send next leaves together
    for (v1::Response& response : *received_.mutable_responses())
      deliver(response);
    if (requests_.release(frame_) == Turn::kWrite) StartWrite(&frame_);
    StartRead(&received_);
  }
  void OnWriteDone(bool ok) override {
    if (ok && requests_.next(frame_) == Turn::kWrite) StartWrite(&frame_);
  }
  void OnDone(const grpc::Status& /*status*/) override {
    std::unordered_map<std::uint64_t, KvLink::Answer> open;
    Delivery delivery = Delivery::kNotSent;
    {
      const MutexLock lock(mutex_);
      ended_ = true;
      open.swap(open_);
      if (opened_) delivery = Delivery::kNoAnswer;
    }
    for (auto& [id, answer] : open)
      answer(delivery, {});
    const MutexLock lock(mutex_);
    done_ = true;
    ended_signal_.notify_all();
  }

  void deliver(v1::Response& response) {
    KvLink::Answer answer;
    {
      const MutexLock lock(mutex_);
      const auto found = open_.find(response.id());
      if (found == open_.end()) return;  // nothing was asked under this id
      answer = std::move(found->second);
      open_.erase(found);
    }
    answer(Delivery::kAnswered, std::move(response));
  }

  grpc::ClientContext context_;
  v1::ResponseFrame received_;
  v1::RequestFrame frame_;  // of the one whose turn it is to write
  Outbox<v1::RequestFrame> requests_;
  mutable Mutex mutex_;
  CondVar ended_signal_;
  std::unordered_map<std::uint64_t, KvLink::Answer> open_ QUORATE_GUARDED_BY(mutex_);
  std::uint64_t last_id_ QUORATE_GUARDED_BY(mutex_) = 0;
  bool opened_ QUORATE_GUARDED_BY(mutex_) = false;
  bool ended_ QUORATE_GUARDED_BY(mutex_) = false;
  bool done_ QUORATE_GUARDED_BY(mutex_) = false;
};

// A connection and the stream that is open on it now.
class Way {
 public:
  Way(const std::string& address, const raft::TlsOptions& tls)
      : channel_(make_channel(address, tls)), stub_(v1::Kv::NewStub(channel_)) {}
  ~Way() {
    std::vector<std::shared_ptr<OpenStream>> streams;
    {
      const MutexLock lock(mutex_);
      streams = streams_;
    }
    for (const auto& stream : streams) {
      stream->cancel();
      stream->wait_for_end();
    }
  }
  Way(const Way&) = delete;
  Way& operator=(const Way&) = delete;

  void send(const v1::Request& request, KvLink::Answer answer) {
    const auto ended = newest();
    if (ended->send(request, answer)) return;
    const bool reachable =
        channel_->GetState(/*try_to_connect=*/true) != GRPC_CHANNEL_TRANSIENT_FAILURE;
    if (reachable && newest_but(ended)->send(request, answer)) return;
    answer(Delivery::kNotSent, {});
  }

 private:
  std::shared_ptr<OpenStream> newest() {
    const MutexLock lock(mutex_);
    if (streams_.empty()) open();
    return streams_.back();
  }
  // A new stream, unless somebody has made one since `ended` was the newest.
  std::shared_ptr<OpenStream> newest_but(const std::shared_ptr<OpenStream>& ended) {
    const MutexLock lock(mutex_);
    if (streams_.back() == ended) open();
    return streams_.back();
  }
  void open() QUORATE_REQUIRES(mutex_) {
    std::erase_if(streams_, [](const auto& stream) { return stream->is_done(); });
    streams_.push_back(std::make_shared<OpenStream>(*stub_));
    streams_.back()->start();
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Kv::Stub> stub_;
  Mutex mutex_;
  std::vector<std::shared_ptr<OpenStream>> streams_ QUORATE_GUARDED_BY(mutex_);  // the last is used
};

class StreamLink final : public KvLink {
 public:
  explicit StreamLink(const LinkOptions& options) {
    for (const std::string& server : options.servers) {
      auto& ways = servers_.emplace_back();
      for (std::size_t i = 0; i < options.connections; ++i)
        ways.push_back(std::make_unique<Way>(server, options.tls));
    }
  }
  void send(std::size_t server,
            std::size_t connection,
            const v1::Request& request,
            Answer answer) override {
    auto& ways = servers_.at(server);
    ways[connection % ways.size()]->send(request, std::move(answer));
  }

 private:
  std::vector<std::vector<std::unique_ptr<Way>>> servers_;
};

}  // namespace

std::unique_ptr<KvLink> make_stream_link(const LinkOptions& options) {
  return std::make_unique<StreamLink>(options);
}

}  // namespace quorate::kv
