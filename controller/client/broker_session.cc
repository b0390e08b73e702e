#include "controller/client/broker_session.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "quorate/controller/v1/broker_lifecycle.pb.h"

#include "controller/client/backoff.h"
#include "controller/client/controller_channels.h"
#include "controller/client/session_stream.h"

namespace quorate::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kWishGlance = milliseconds(20);  // how late a new offset or a wish is noticed
constexpr auto kPromptSpacing = milliseconds(50);
constexpr CallOptions kRegisterOptions{.timeout_ms = 2000};

// Whether asking again may bring another answer.
bool mends(v1::ErrorCode error) {
  return error == v1::DUPLICATE_BROKER_REGISTRATION || error == v1::NOT_CONTROLLER ||
         error == v1::REQUEST_TIMED_OUT || error == v1::THROTTLING_QUOTA_EXCEEDED;
}

// Why a registration did not succeed.
Status reason_of(const Result<v1::RegisterBrokerResponse>& answer) {
  if (!answer.is_ok()) return answer.status();
  return {Code::kFailedPrecondition,
          v1::ErrorCode_Name(answer->error()) + ": " + answer->error_message()};
}

}  // namespace

std::string_view to_string(SessionState state) {
  switch (state) {
    case SessionState::kRegistering: return "registering";
    case SessionState::kFenced: return "fenced";
    case SessionState::kActive: return "active";
    case SessionState::kLeaving: return "leaving";
    case SessionState::kLeft: return "left";
  }
  return "?";
}

class BrokerSession::Impl {
 public:
  Impl(ControllerClient& client,
       const v1::RegisterBrokerRequest& registration,
       SessionListener& listener,
       BrokerSessionOptions options)
      : client_(client),
        registration_(registration),
        listener_(listener),
        options_(options),
        backoff_(options.backoff_min_ms, options.backoff_max_ms) {
    thread_ = std::thread([this] { run(); });
  }
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void set_metadata_offset(std::uint64_t offset) { offset_.store(offset); }
  void request_shutdown() { want_shutdown_.store(true); }
  [[nodiscard]] SessionState state() const { return state_.load(); }
  [[nodiscard]] std::uint64_t broker_epoch() const { return epoch_.load(); }

  void stop() {
    stopping_.store(true);
    if (thread_.joinable()) thread_.join();
  }

 private:
  enum class End : std::uint8_t { kReconnect, kRegisterAgain, kOver };

  [[nodiscard]] bool goes_on() const {
    return !stopping_.load() && !client_.channels().is_shut_down();
  }

  void run() {
    End end = End::kRegisterAgain;
    while (goes_on() && end != End::kOver) {
      if (end == End::kRegisterAgain && !enroll()) return;
      end = goes_on() ? live() : End::kOver;
      if (end == End::kReconnect && goes_on()) pause();
    }
  }

  // The first turn through all controllers, and the way to a hinted leader, costs no pause: a
  // leader that is gone has a follower that knows better.
  void pause() {
    ++streams_failed_;
    const bool at_once =
        streams_failed_ < client_.channels().options().controllers.size() || streams_failed_ == 1;
    if (!at_once) client_.channels().sleep(backoff_.next());
  }

  void enter(SessionState state) {
    if (state_.exchange(state) != state) listener_.on_state(state);
  }

  // Registers, however long it takes. False: refused for good, or stopped.
  bool enroll() {
    enter(SessionState::kRegistering);
    while (goes_on()) {
      const auto answer = client_.register_broker(registration_, kRegisterOptions);
      if (answer.is_ok() && answer->error() == v1::NONE) {
        epoch_.store(answer->broker_epoch());
        interval_ = milliseconds(std::max(1U, answer->heartbeat_interval_ms()));
        backoff_.reset();
        reasons_told_.clear();
        listener_.on_registered(answer->broker_epoch());
        enter(SessionState::kFenced);
        return true;
      }
      const Status why = reason_of(answer);
      const bool for_good = answer.is_ok() ? !mends(answer->error())
                                           : why.code() == Code::kPermissionDenied ||
                                                 why.code() == Code::kInvalidArgument;
      if (for_good) {
        listener_.on_refused(why);
        return false;
      }
      tell_failure(why);
      client_.channels().sleep(backoff_.next());
    }
    return false;
  }

  void tell_failure(const Status& why) {
    if (!goes_on() || reasons_told_.size() >= SessionListener::kReasonsToldMax) return;
    if (reasons_told_.insert(to_string(why)).second) listener_.on_registration_failed(why);
  }

  // Heartbeats over one stream until it breaks or the session changes.
  End live() {
    const Target target = client_.channels().active();
    if (!client_.channels().connect(target, steady_clock::now() + kConnectPatience)) {
      client_.channels().on_failed(target);
      return End::kReconnect;
    }
    SessionStream stream(client_.channels(), target);
    sent_.reset();
    while (goes_on() && stream.is_open()) {
      const auto now = steady_clock::now();
      if (stream.is_waiting() && now - *sent_ > milliseconds(options_.answer_max_ms)) {
        client_.channels().on_failed(target);
        return End::kReconnect;
      }
      if (!stream.is_waiting() && is_due(now)) beat(stream, now);
      const auto answer = stream.poll(kWishGlance);
      if (!answer) continue;
      if (const auto end = take(*answer)) return *end;
      client_.channels().on_answered_as_leader(target);
      backoff_.reset();
      streams_failed_ = 0;
    }
    return goes_on() ? End::kReconnect : End::kOver;
  }

  [[nodiscard]] bool is_due(SteadyTime now) const {
    if (!sent_ || now - *sent_ >= interval_) return true;
    if (want_shutdown_.load() != sent_shutdown_) return true;
    const std::uint64_t offset = offset_.load();
    // The registration record itself stands at offset `epoch`.
    if (state_.load() == SessionState::kFenced) return offset > epoch_ && sent_offset_ <= epoch_;
    return state_.load() == SessionState::kLeaving && now - *sent_ >= kPromptSpacing;
  }

  void beat(SessionStream& stream, SteadyTime now) {
    sent_ = now;
    sent_offset_ = offset_.load();
    sent_shutdown_ = want_shutdown_.load();
    v1::BrokerHeartbeat heartbeat;
    heartbeat.set_broker_id(registration_.broker_id());
    heartbeat.set_broker_epoch(epoch_.load());
    heartbeat.set_metadata_offset(sent_offset_);
    heartbeat.set_want_shutdown(sent_shutdown_);
    stream.send(heartbeat);
  }

  // What ends the stream; nothing when it goes on.
  std::optional<End> take(const v1::BrokerHeartbeatResponse& answer) {
    if (answer.error() == v1::STALE_BROKER_EPOCH ||
        answer.error() == v1::BROKER_ID_NOT_REGISTERED) {
      // A broker that was leaving has left: there is nothing to come back for.
      if (sent_shutdown_) return leave();
      return End::kRegisterAgain;
    }
    if (answer.error() != v1::NONE) return End::kReconnect;
    if (answer.should_shutdown()) return leave();
    if (sent_shutdown_) {
      enter(SessionState::kLeaving);
    } else {
      enter(answer.fenced() ? SessionState::kFenced : SessionState::kActive);
    }
    return std::nullopt;
  }

  End leave() {
    enter(SessionState::kLeft);
    return End::kOver;
  }

  ControllerClient& client_;
  const v1::RegisterBrokerRequest registration_;
  SessionListener& listener_;
  const BrokerSessionOptions options_;
  std::atomic<std::uint64_t> offset_{0};
  std::atomic<std::uint64_t> epoch_{0};
  std::atomic<bool> want_shutdown_{false};
  std::atomic<SessionState> state_{SessionState::kRegistering};
  std::atomic<bool> stopping_{false};
  // Only the session's thread touches what follows.
  Backoff backoff_;
  std::size_t streams_failed_ = 0;  // since the last answer to a heartbeat
  milliseconds interval_{1};
  std::optional<SteadyTime> sent_;  // when the last heartbeat left on the open stream
  std::uint64_t sent_offset_ = 0;
  bool sent_shutdown_ = false;
  std::set<std::string> reasons_told_;  // since the last registration
  std::thread thread_;
};

std::unique_ptr<BrokerSession> BrokerSession::start(ControllerClient& client,
                                                    const v1::RegisterBrokerRequest& registration,
                                                    SessionListener& listener,
                                                    BrokerSessionOptions options) {
  auto impl = std::make_unique<Impl>(client, registration, listener, options);
  return std::unique_ptr<BrokerSession>(new BrokerSession(std::move(impl)));
}

BrokerSession::BrokerSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BrokerSession::~BrokerSession() = default;

void BrokerSession::set_metadata_offset(std::uint64_t offset) {
  impl_->set_metadata_offset(offset);
}
void BrokerSession::request_shutdown() {
  impl_->request_shutdown();
}
SessionState BrokerSession::state() const {
  return impl_->state();
}
std::uint64_t BrokerSession::broker_epoch() const {
  return impl_->broker_epoch();
}
void BrokerSession::stop() {
  impl_->stop();
}

}  // namespace quorate::controller
