// KvCaller: one logical client. Sends an operation until it has an answer or gives up, follows the
// leader, and says how the operation ended.
//
// Writes are sent under a session (opened when first needed): an attempt without an answer is then
// repeated with the same number until it is known what became of it. Without sessions such a write
// ends unknown at once. Reads are repeated freely.
//
// One operation at a time. Owner: the caller. Thread: call() by the owner, also from within `done`;
// `done` comes on a thread of the link or of Delays.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "quorate/kv/v1/kv.pb.h"

#include "examples/kv/delays.h"
#include "examples/kv/kv_link.h"
#include "raft/client/session_client.h"

namespace quorate::kv {

enum class SessionUse : std::uint8_t { kExactlyOnce, kNone };

struct CallerOptions {
  std::vector<std::string> servers;  // as the link's: what leader hints are looked up in
  std::size_t connection = 0;        // of the link, and the server that is asked first
  SessionUse sessions = SessionUse::kExactlyOnce;
  std::chrono::milliseconds patience{10'000};  // for one operation; then it is given up
  std::chrono::milliseconds retry{20};         // between two attempts
};

// How an operation ended.
struct Ended {
  raft::Ending ending = raft::Ending::kUnknown;
  v1::Response response;   // of the last attempt that was answered
  std::size_t server = 0;  // the one asked last
  std::uint32_t attempts = 0;
  std::optional<raft::RequestStamp> stamp;
};

class KvCaller {
 public:
  using Done = std::function<void(Ended)>;

  // Both must outlive every operation.
  KvCaller(CallerOptions options, KvLink& link, Delays& delays);

  void call(v1::Request request, Done done);

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool is_write() const { return !request_.has_get(); }
  [[nodiscard]] bool is_stamped() const;
  void begin();
  void open_session();
  void attempt();
  void on_answer(Delivery delivery, v1::Response response);
  void on_session(Delivery delivery, const v1::Response& response);
  [[nodiscard]] std::optional<raft::Ending> judge(Delivery delivery, const v1::Response& response);
  // Chooses the server for the next attempt; whether to wait before it.
  [[nodiscard]] bool turn_to_next(Delivery delivery, const v1::Response& response);
  void retry(Delivery delivery, const v1::Response& response, void (KvCaller::*step)());
  void finish(raft::Ending ending);

  const CallerOptions options_;
  KvLink& link_;
  Delays& delays_;
  std::optional<raft::SessionClient> session_;
  std::size_t server_;

  v1::Request request_;
  Done done_;
  Clock::time_point deadline_;
  std::optional<std::uint64_t> number_;
  Ended ended_;
};

}  // namespace quorate::kv
