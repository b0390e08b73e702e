// What a client makes of answers, of none, and of the time that is left.
#include "controller/client/attempts.h"

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "raft/base/mutex.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::controller {
namespace {

using grpc::StatusCode;
using Clock = std::chrono::steady_clock;

v1::CreateTopicsRequest one_topic() {
  v1::CreateTopicsRequest request;
  request.add_topics()->set_name("t");
  return request;
}

// Request ids in the order in which a script met them.
class Seen {
 public:
  // How many there are with this one.
  std::size_t add(const std::string& id) {
    const MutexLock lock(mutex_);
    ids_.push_back(id);
    return ids_.size();
  }
  [[nodiscard]] std::vector<std::string> ids() const {
    const MutexLock lock(mutex_);
    return ids_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> ids_ QUORATE_GUARDED_BY(mutex_);
};

// Answers the n-th CreateTopics (from 1) with what `answer` makes of n.
Script scripted(Seen& seen,
                const std::function<grpc::Status(grpc::ServerContext&, std::size_t)>& answer) {
  Script script;
  script.create_topics = [&seen, answer](grpc::ServerContext& context,
                                         const v1::CreateTopicsRequest& request,
                                         v1::CreateTopicsResponse&) {
    return answer(context, seen.add(request.meta().request_id()));
  };
  return script;
}

TEST_CASE("a verdict follows the outcome that a controller states", "[client][attempts]") {
  const auto verdict = [](StatusCode code, std::string_view outcome) {
    return judge({code, "why"}, outcome);
  };
  CHECK(judge(grpc::Status::OK, "") == Verdict::kAnswered);
  for (const StatusCode code :
       {StatusCode::UNAVAILABLE, StatusCode::RESOURCE_EXHAUSTED, StatusCode::DEADLINE_EXCEEDED}) {
    CHECK(verdict(code, "rejected") == Verdict::kRejectedForNow);
    CHECK(verdict(code, "unknown") == Verdict::kMayHaveHappened);
  }
  for (const StatusCode code : {StatusCode::INVALID_ARGUMENT,
                                StatusCode::PERMISSION_DENIED,
                                StatusCode::NOT_FOUND,
                                StatusCode::FAILED_PRECONDITION,
                                StatusCode::INTERNAL}) {
    CHECK(verdict(code, "rejected") == Verdict::kRejectedForGood);
    CHECK(verdict(code, "unknown") == Verdict::kMayHaveHappened);
  }
}

TEST_CASE("without a stated outcome only what cannot have been taken up is a rejection",
          "[client][attempts]") {
  const std::set<StatusCode> rejections = {StatusCode::INVALID_ARGUMENT,
                                           StatusCode::PERMISSION_DENIED,
                                           StatusCode::UNAUTHENTICATED,
                                           StatusCode::UNIMPLEMENTED,
                                           StatusCode::FAILED_PRECONDITION,
                                           StatusCode::RESOURCE_EXHAUSTED};
  for (int code = StatusCode::CANCELLED; code <= StatusCode::UNAUTHENTICATED; ++code) {
    const auto each = static_cast<StatusCode>(code);
    INFO(code);
    const bool rejected = rejections.contains(each);
    for (const char* outcome : {"", "nonsense"}) {
      CHECK(judge({each, ""}, outcome) ==
            (rejected ? Verdict::kRejectedForGood : Verdict::kMayHaveHappened));
    }
  }
}

TEST_CASE("request ids are 128 bits in hexadecimal and differ", "[client][attempts]") {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string id = draw_request_id();
    CHECK(id.size() == 32);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    ids.insert(id);
  }
  CHECK(ids.size() == 100);
}

TEST_CASE("every retry of a change carries the request id of the first", "[client][attempts]") {
  Seen seen;
  const FakeController controller(scripted(seen, [](grpc::ServerContext& context, std::size_t n) {
    if (n == 1) return grpc::Status(StatusCode::UNAVAILABLE, "no word about the outcome");
    if (n == 2) return refuse(context, StatusCode::UNAVAILABLE, "unknown");
    if (n == 3) return refuse(context, StatusCode::UNAVAILABLE, "rejected");
    return grpc::Status::OK;
  }));
  const auto client = quick_client({controller.address()});
  CHECK(client->create_topics(one_topic(), {}).is_ok());
  const auto ids = seen.ids();
  REQUIRE(ids.size() == 4);
  CHECK(ids[0].size() == 32);
  CHECK(std::set(ids.begin(), ids.end()).size() == 1);

  CHECK(client->create_topics(one_topic(), {}).is_ok());
  CHECK(seen.ids().back() != ids[0]);
  v1::CreateTopicsRequest own = one_topic();
  own.mutable_meta()->set_request_id("own");
  CHECK(client->create_topics(own, {}).is_ok());
  CHECK(seen.ids().back() == "own");
}

TEST_CASE("a change that never got an answer ends as unknown", "[client][attempts]") {
  Seen seen;
  const FakeController controller(scripted(seen, [](grpc::ServerContext&, std::size_t) {
    return grpc::Status(StatusCode::UNAVAILABLE, "");
  }));
  const auto client = quick_client({controller.address()});
  const auto answer = client->create_topics(one_topic(), {.timeout_ms = 300});
  CHECK(answer.status().code() == Code::kUnknownOutcome);
  CHECK(seen.ids().size() > 1);
}

TEST_CASE("a certain no to a retry does not settle what the first attempt did",
          "[client][attempts]") {
  Seen seen;
  const FakeController controller(scripted(seen, [](grpc::ServerContext& context, std::size_t n) {
    if (n == 1) return refuse(context, StatusCode::UNAVAILABLE, "unknown");
    return refuse(context, StatusCode::PERMISSION_DENIED, "rejected");
  }));
  const auto client = quick_client({controller.address()});
  CHECK(client->create_topics(one_topic(), {}).status().code() == Code::kUnknownOutcome);
  CHECK(seen.ids().size() == 2);
}

TEST_CASE("a certain no ends at once and one that mends ends at the deadline",
          "[client][attempts]") {
  Seen seen;
  std::atomic<StatusCode> code{StatusCode::INVALID_ARGUMENT};
  const FakeController controller(
      scripted(seen, [&code](grpc::ServerContext& context, std::size_t) {
        return refuse(context, code.load(), "rejected");
      }));
  const auto client = quick_client({controller.address()});
  CHECK(client->create_topics(one_topic(), {}).status().code() == Code::kInvalidArgument);
  CHECK(seen.ids().size() == 1);
  code = StatusCode::RESOURCE_EXHAUSTED;
  const auto begin = Clock::now();
  CHECK(client->create_topics(one_topic(), {.timeout_ms = 300}).status().code() == Code::kBusy);
  CHECK(Clock::now() - begin >= std::chrono::milliseconds(290));
  CHECK(seen.ids().size() > 2);
}

TEST_CASE("a read without an answer is unavailable and not unknown", "[client][attempts]") {
  Script script;
  script.list_topics = [](auto&, const auto&, auto&) {
    return grpc::Status(StatusCode::UNAVAILABLE, "");
  };
  const FakeController controller(std::move(script));
  const auto client = quick_client({controller.address()});
  CHECK(client->list_topics({}, {.timeout_ms = 200}).status().code() == Code::kUnavailable);
}

TEST_CASE("a leader hint is followed at once and remembered", "[client][attempts]") {
  Seen at_leader;
  const FakeController leader(
      scripted(at_leader, [](grpc::ServerContext&, std::size_t) { return grpc::Status::OK; }));
  Seen at_follower;
  const FakeController follower(
      scripted(at_follower, [&](grpc::ServerContext& context, std::size_t) {
        return refuse(context, StatusCode::UNAVAILABLE, "rejected", "2 " + leader.address());
      }));
  Seen at_other;
  const FakeController other(scripted(at_other, [](grpc::ServerContext& context, std::size_t) {
    return refuse(context, StatusCode::UNAVAILABLE, "rejected");
  }));
  // In turn the other one would be asked before the leader.
  const auto client = quick_client({follower.address(), other.address(), leader.address()});
  CHECK(client->create_topics(one_topic(), {}).is_ok());
  CHECK(client->create_topics(one_topic(), {}).is_ok());
  CHECK(at_follower.ids().size() == 1);
  CHECK(at_leader.ids().size() == 2);
  CHECK(at_other.ids().empty());
  CHECK(at_leader.ids().front() == at_follower.ids().front());
}

TEST_CASE("a hint to a stranger is not followed", "[client][attempts]") {
  Seen seen;
  const FakeController controller(scripted(seen, [](grpc::ServerContext& context, std::size_t n) {
    if (n > 2) return grpc::Status::OK;
    return refuse(context, StatusCode::UNAVAILABLE, "rejected", n == 1 ? "9 127.0.0.1:1" : "9 -");
  }));
  const auto client = quick_client({controller.address()});
  CHECK(client->create_topics(one_topic(), {}).is_ok());
  CHECK(seen.ids().size() == 3);
}

TEST_CASE("an attempt that hangs is given up for another and the deadline holds over all",
          "[client][attempts]") {
  Seen seen;
  const FakeController controller(
      scripted(seen, [](grpc::ServerContext& context, std::size_t) -> grpc::Status {
        while (!context.IsCancelled())
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return grpc::Status::CANCELLED;
      }));
  ClientOptions options = quick_options({controller.address()});
  options.attempt_timeout_ms = 100;
  const auto client = ControllerClient::create(options).value();
  const auto begin = Clock::now();
  const auto answer = client->create_topics(one_topic(), {.timeout_ms = 500});
  CHECK(answer.status().code() == Code::kUnknownOutcome);
  CHECK(Clock::now() - begin < std::chrono::seconds(3));
  CHECK(seen.ids().size() > 1);
}

TEST_CASE("a shutdown ends a running call soon", "[client][attempts]") {
  Seen seen;
  const FakeController controller(
      scripted(seen, [](grpc::ServerContext& context, std::size_t) -> grpc::Status {
        while (!context.IsCancelled())
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return grpc::Status::CANCELLED;
      }));
  const auto client = quick_client({controller.address()});
  std::thread stopping([&] {
    CHECK(eventually([&] { return !seen.ids().empty(); }));
    client->shutdown();
  });
  const auto answer = client->create_topics(one_topic(), {.timeout_ms = 60'000});
  stopping.join();
  CHECK(answer.status().code() == Code::kUnknownOutcome);
  CHECK(client->create_topics(one_topic(), {}).status().code() == Code::kShutdown);
}

}  // namespace
}  // namespace quorate::controller
