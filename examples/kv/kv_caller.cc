#include "examples/kv/kv_caller.h"

#include <algorithm>
#include <utility>

namespace quorate::kv {
namespace {

constexpr std::uint32_t kWindow = 1;  // one operation at a time
constexpr std::uint32_t kHastyAttemptsMax = 3;

raft::Attempt attempt_of(Delivery delivery, const v1::Response& response) {
  if (delivery == Delivery::kNotSent) return raft::Attempt::kRejected;
  if (delivery == Delivery::kNoAnswer) return raft::Attempt::kUnknown;
  if (response.outcome() == v1::COMMITTED) return raft::Attempt::kAnswered;
  if (response.error() == v1::UNKNOWN_SESSION) return raft::Attempt::kUnknownSession;
  // Our own numbers are never stale: somebody else uses our session.
  const bool rejected = response.outcome() == v1::REJECTED && response.error() != v1::STALE_REQUEST;
  return rejected ? raft::Attempt::kRejected : raft::Attempt::kUnknown;
}

// Whether asking again cannot help.
bool is_final(const v1::Response& response) {
  return response.error() == v1::INVALID_ARGUMENT || response.error() == v1::REPLACED;
}

}  // namespace

KvCaller::KvCaller(CallerOptions options, KvLink& link, Delays& delays)
    : options_(std::move(options)),
      link_(link),
      delays_(delays),
      server_(options_.connection % options_.servers.size()) {}

bool KvCaller::is_stamped() const {
  const bool about_session = request_.has_open_session() || request_.has_close_session();
  return is_write() && !about_session && options_.sessions == SessionUse::kExactlyOnce;
}

void KvCaller::call(v1::Request request, Done done) {
  request_ = std::move(request);
  done_ = std::move(done);
  deadline_ = Clock::now() + options_.patience;
  number_.reset();
  ended_ = {};
  begin();
}

void KvCaller::begin() {
  if (!is_stamped()) return attempt();
  if (!session_ || session_->is_lost()) return open_session();
  number_ = session_->begin();
  attempt();
}

// Whether an earlier attempt opened one as well does not matter: it expires unused.
void KvCaller::open_session() {
  v1::Request request;
  request.mutable_open_session();
  link_.send(server_, options_.connection, request, [this](Delivery delivery, v1::Response answer) {
    on_session(delivery, answer);
  });
}

void KvCaller::on_session(Delivery delivery, const v1::Response& response) {
  if (delivery == Delivery::kAnswered && response.outcome() == v1::COMMITTED) {
    session_.emplace(raft::SessionId{response.open_session().session()}, kWindow);
    return begin();
  }
  ended_.response = response;
  if (Clock::now() >= deadline_) return finish(raft::Ending::kRejected);
  retry(delivery, response, &KvCaller::open_session);
}

void KvCaller::attempt() {
  if (number_) {
    const raft::RequestStamp stamp = session_->stamp(*number_);
    v1::Stamp& sent = *request_.mutable_stamp();
    sent.set_session(stamp.session.value);
    sent.set_number(stamp.number);
    sent.set_first_unanswered(stamp.first_unanswered);
    ended_.stamp = stamp;
  }
  ++ended_.attempts;
  ended_.server = server_;
  link_.send(
      server_, options_.connection, request_, [this](Delivery delivery, v1::Response answer) {
        on_answer(delivery, std::move(answer));
      });
}

void KvCaller::on_answer(Delivery delivery, v1::Response response) {
  const auto ending = judge(delivery, response);
  if (delivery == Delivery::kAnswered) ended_.response.Swap(&response);
  if (ending) return finish(*ending);
  retry(delivery, ended_.response, &KvCaller::attempt);
}

// How the operation ended; none: another attempt is to be made.
std::optional<raft::Ending> KvCaller::judge(Delivery delivery, const v1::Response& response) {
  const raft::Attempt attempt = attempt_of(delivery, response);
  const bool give_up =
      Clock::now() >= deadline_ || (delivery == Delivery::kAnswered && is_final(response));
  if (number_) {
    const auto ending = session_->on_attempt(*number_, attempt);
    if (ending || !give_up) return ending;
    return session_->give_up(*number_);
  }
  if (attempt == raft::Attempt::kAnswered) return raft::Ending::kCommitted;
  if (is_write() && attempt == raft::Attempt::kUnknown) return raft::Ending::kUnknown;
  if (give_up) return raft::Ending::kRejected;
  return std::nullopt;
}

bool KvCaller::turn_to_next(Delivery delivery, const v1::Response& response) {
  if (delivery == Delivery::kAnswered && response.error() == v1::BUSY) return true;
  const auto hint = std::ranges::find(options_.servers, response.leader().address());
  const auto hinted = static_cast<std::size_t>(hint - options_.servers.begin());
  if (delivery == Delivery::kAnswered && hint != options_.servers.end() && hinted != server_) {
    server_ = hinted;
    return ended_.attempts > kHastyAttemptsMax;  // two servers may point at each other
  }
  server_ = (server_ + 1) % options_.servers.size();
  return true;
}

void KvCaller::retry(Delivery delivery, const v1::Response& response, void (KvCaller::*step)()) {
  if (turn_to_next(delivery, response)) {
    delays_.after(options_.retry, [this, step] { (this->*step)(); });
  } else {
    (this->*step)();
  }
}

void KvCaller::finish(raft::Ending ending) {
  ended_.ending = ending;
  const Done done = std::exchange(done_, nullptr);
  done(std::exchange(ended_, {}));
}

}  // namespace quorate::kv
