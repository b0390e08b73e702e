#include "cli/broker.h"

#include <chrono>
#include <string>
#include <thread>

#include "quorate/controller/v1/admin.pb.h"

#include "cli/failure.h"
#include "cli/item_errors.h"
#include "cli/plan.h"

namespace quorate::cli {

namespace v1 = controller::v1;

namespace {

Failure refusal(v1::ErrorCode error, const std::string& message) {
  Failure failure = failure_of(error, message);
  failure.hint = "`quorate broker list` shows who is registered";
  failure.attempt = "quorate broker list";
  return failure;
}

// OPS-4.
Failure refusal_of_drain(std::int32_t id, const std::string& message) {
  Failure failure = failure_of(v1::POLICY_VIOLATION, message);
  failure.exit = Exit::kPrecondition;
  failure.hint = "--force drains it all the same";
  failure.attempt = "quorate broker safe-to-stop " + std::to_string(id);
  return failure;
}

// How many partitions it leads; kNotFound when it is gone.
Result<std::uint32_t> leaders_of(controller::ControllerClient& client,
                                 const GlobalOptions& options,
                                 std::int32_t id) {
  const auto response = client.describe_cluster({}, options.call());
  QUORATE_TRY(response.status());
  for (const auto& broker : response->brokers()) {
    if (broker.broker_id() == id) return broker.leaders();
  }
  return Status(Code::kNotFound, "broker " + std::to_string(id) + " is not registered any more");
}

// Until it leads nothing, or the time is over.
int wait_until_drained(controller::ControllerClient& client,
                       const GlobalOptions& options,
                       const WishOptions& wanted) {
  constexpr std::chrono::milliseconds kPause{100};
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(wanted.wait_seconds);
  while (true) {
    const auto leaders = leaders_of(client, options, wanted.id);
    if (!leaders.is_ok()) return report(to_failure(leaders.status()));
    if (*leaders == 0) return static_cast<int>(Exit::kOk);
    if (std::chrono::steady_clock::now() >= until) {
      return report({Exit::kTimedOut,
                     "E_TIMED_OUT",
                     "broker " + std::to_string(wanted.id) + " still leads " +
                         std::to_string(*leaders) + " partitions; it stays in maintenance",
                     "what nobody else in sync can lead stays with it",
                     "quorate broker describe " + std::to_string(wanted.id)});
    }
    std::this_thread::sleep_for(kPause);
  }
}

struct Wording {
  v1::BrokerAction action;
  const char* result;
};

Wording wording_of(BrokerWish wish) {
  switch (wish) {
    case BrokerWish::kCordon: return {v1::BROKER_ACTION_CORDON, "cordoned"};
    case BrokerWish::kUncordon: return {v1::BROKER_ACTION_UNCORDON, "not cordoned"};
    case BrokerWish::kDrain: return {v1::BROKER_ACTION_DRAIN, "draining"};
    case BrokerWish::kResume: return {v1::BROKER_ACTION_RESUME, "not in maintenance"};
  }
  return {v1::BROKER_ACTION_UNSPECIFIED, ""};
}

}  // namespace

int broker_unregister(const GlobalOptions& options, std::int32_t id) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::UnregisterBrokerRequest request;
  set_meta(options, *request.mutable_meta());
  request.set_broker_id(id);
  const auto response = (*client)->unregister_broker(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(refusal(response->error(), response->error_message()));
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing("BrokerUnregistered", {"BROKER", "RESULT"});
  const std::string result = response->finished() ? "unregistered" : "being unregistered";
  listing.add({std::to_string(id), result}, {{"id", id}, {"finished", response->finished()}});
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int broker_alter(const GlobalOptions& options, const WishOptions& wanted) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const Wording wording = wording_of(wanted.wish);
  v1::AlterBrokerRequest request;
  set_meta(options, *request.mutable_meta());
  request.set_broker_id(wanted.id);
  request.set_action(wording.action);
  request.set_force(wanted.force);
  const auto response = (*client)->alter_broker(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() == v1::POLICY_VIOLATION) {
    return report(refusal_of_drain(wanted.id, response->error_message()));
  }
  if (response->error() != v1::NONE) {
    return report(refusal(response->error(), response->error_message()));
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  const bool waits = wanted.wish == BrokerWish::kDrain && wanted.wait_seconds > 0;
  const int waited = waits ? wait_until_drained(**client, options, wanted) : 0;
  if (waited != 0) return waited;
  const std::string result = waits ? "drained" : wording.result;
  Listing listing("BrokerAltered", {"BROKER", "RESULT"});
  listing.add({std::to_string(wanted.id), result}, {{"id", wanted.id}, {"result", result}});
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
