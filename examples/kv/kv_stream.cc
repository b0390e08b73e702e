#include "examples/kv/kv_stream.h"

#include <utility>

#include "examples/kv/kv_limits.h"
#include "examples/kv/outbox.h"
#include "raft/base/mutex.h"

namespace quorate::kv {
namespace {

class KvStream final : public grpc::ServerBidiReactor<v1::RequestFrame, v1::ResponseFrame> {
 public:
  explicit KvStream(KvRequests& requests)
      : requests_(requests), answers_(std::make_shared<Answers>(*this)) {
    StartSendInitialMetadata();  // tells the client that what it sends from now on arrives
    StartRead(&received_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return answers_->end_of_requests(grpc::Status::OK);
    if (received_.requests_size() > kFrameRequestsMax) {
      return answers_->end_of_requests(
          {grpc::StatusCode::INVALID_ARGUMENT, "too many requests in a frame"});
    }
    answers_->expect(static_cast<std::size_t>(received_.requests_size()));
    for (v1::Request& request : *received_.mutable_requests())
      submit(request);
    answers_->release();
    StartRead(&received_);
  }
  void OnWriteDone(bool /*ok*/) override { answers_->on_written(); }
  void OnCancel() override { answers_->on_cancel(); }
  void OnDone() override { delete this; }

 private:
  // What answers write into; lives on for those that come after the stream has ended.
  class Answers {
   public:
    explicit Answers(KvStream& stream) : stream_(stream) {}

    // So many requests are about to be submitted; their answers are held until release().
    void expect(std::size_t count) {
      const MutexLock lock(mutex_);
      open_ += count;
      outbox_.hold();
    }
    void release() {
      if (outbox_.release(frame_) == Turn::kWrite) stream_.StartWrite(&frame_);
    }
    [[nodiscard]] bool is_full() const {
      const MutexLock lock(mutex_);
      return open_ > kStreamRequestsMax;
    }
    void answer(v1::Response response) {
      Turn turn = Turn::kWait;
      {
        // Together, so that the stream cannot end between the last answer and its writing.
        const MutexLock lock(mutex_);
        --open_;
        if (finished_) return;
        turn = outbox_.push(frame_, [&response](v1::ResponseFrame& frame) {
          frame.add_responses()->Swap(&response);
        });
      }
      if (turn == Turn::kWrite) stream_.StartWrite(&frame_);
    }
    void on_written() {
      if (outbox_.next(frame_) == Turn::kWrite) {
        stream_.StartWrite(&frame_);
      } else {
        finish_when_idle();
      }
    }
    void end_of_requests(const grpc::Status& why) {
      {
        const MutexLock lock(mutex_);
        reading_ = false;
        ending_ = why;
      }
      finish_when_idle();
    }
    void on_cancel() {
      {
        const MutexLock lock(mutex_);
        cancelled_ = true;
        outbox_.close();
      }
      finish_when_idle();
    }

   private:
    using Turn = Outbox<v1::ResponseFrame>::Turn;

    void finish_when_idle() {
      grpc::Status ending;
      {
        const MutexLock lock(mutex_);
        const bool answered = open_ == 0 && outbox_.is_idle();
        const bool gone = cancelled_ && !outbox_.is_writing();
        if (reading_ || finished_ || (!answered && !gone)) return;
        finished_ = true;
        outbox_.close();
        ending = ending_;
      }
      stream_.Finish(ending);
    }

    KvStream& stream_;  // valid until it is finished
    Outbox<v1::ResponseFrame> outbox_;
    v1::ResponseFrame frame_;  // of the one whose turn it is to write
    mutable Mutex mutex_;
    std::size_t open_ QUORATE_GUARDED_BY(mutex_) = 0;
    bool reading_ QUORATE_GUARDED_BY(mutex_) = true;
    bool cancelled_ QUORATE_GUARDED_BY(mutex_) = false;
    bool finished_ QUORATE_GUARDED_BY(mutex_) = false;
    grpc::Status ending_ QUORATE_GUARDED_BY(mutex_);
  };

  void submit(v1::Request& request) {
    if (answers_->is_full()) {
      v1::Response busy;
      busy.set_id(request.id());
      busy.set_outcome(v1::REJECTED);
      busy.set_error(v1::BUSY);
      busy.set_message("too many open requests on this stream");
      return answers_->answer(std::move(busy));
    }
    requests_.submit(std::move(request), [answers = answers_](v1::Response response) {
      answers->answer(std::move(response));
    });
  }

  KvRequests& requests_;
  v1::RequestFrame received_;
  std::shared_ptr<Answers> answers_;
};

}  // namespace

grpc::ServerBidiReactor<v1::RequestFrame, v1::ResponseFrame>* make_kv_stream(KvRequests& requests) {
  return new KvStream(requests);  // deletes itself in OnDone()
}

}  // namespace quorate::kv
