#include "cli/broker.h"

#include <chrono>
#include <string>
#include <thread>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/query.pb.h"

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

// OPS-4, OPS-7.
Failure refusal_of(const WishOptions& wanted, const std::string& message) {
  const bool is_drain = wanted.wish == BrokerWish::kDrain;
  Failure failure = failure_of(v1::POLICY_VIOLATION, message);
  failure.exit = Exit::kPrecondition;
  failure.hint =
      is_drain ? "--force drains it all the same" : "--force empties it as far as that goes";
  if (is_drain) failure.attempt = "quorate broker safe-to-stop " + std::to_string(wanted.id);
  return failure;
}

// What is left: partitions that it leads, or has; none of one that is gone.
Result<std::uint32_t> left_of(controller::ControllerClient& client,
                              const GlobalOptions& options,
                              const WishOptions& wanted) {
  v1::DescribeBrokerRequest request;
  request.set_broker_id(wanted.id);
  const auto response = client.describe_broker(std::move(request), options.call());
  QUORATE_TRY(response.status());
  if (response->error() == v1::BROKER_ID_NOT_REGISTERED) return 0U;
  const bool is_drain = wanted.wish == BrokerWish::kDrain;
  return is_drain ? response->broker().leaders() : response->broker().replicas();
}

// Until nothing is left, or the time is over.
int wait_until_done(controller::ControllerClient& client,
                    const GlobalOptions& options,
                    const WishOptions& wanted) {
  constexpr std::chrono::milliseconds kPause{100};
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(wanted.wait_seconds);
  while (true) {
    const auto left = left_of(client, options, wanted);
    if (!left.is_ok()) return report(to_failure(left.status()));
    if (*left == 0) return static_cast<int>(Exit::kOk);
    if (std::chrono::steady_clock::now() >= until) {
      const std::string verb = wanted.wish == BrokerWish::kDrain ? "leads" : "has";
      return report({Exit::kTimedOut,
                     "E_TIMED_OUT",
                     "broker " + std::to_string(wanted.id) + " still " + verb + " " +
                         std::to_string(*left) + " partitions; that goes on by itself",
                     "what is in the way is shown by `quorate broker describe`",
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
    case BrokerWish::kDecommission: return {v1::BROKER_ACTION_DECOMMISSION, "emptying"};
    case BrokerWish::kRecommission: return {v1::BROKER_ACTION_RECOMMISSION, "not decommissioned"};
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
    return report(refusal_of(wanted, response->error_message()));
  }
  if (response->error() != v1::NONE) {
    return report(refusal(response->error(), response->error_message()));
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  const bool is_drain = wanted.wish == BrokerWish::kDrain;
  const bool waits = wanted.wait_seconds > 0;
  const int waited = waits ? wait_until_done(**client, options, wanted) : 0;
  if (waited != 0) return waited;
  const std::string done = is_drain ? "drained" : "empty";
  const std::string result = waits ? done : wording.result;
  Listing listing("BrokerAltered", {"BROKER", "RESULT"});
  listing.add({std::to_string(wanted.id), result}, {{"id", wanted.id}, {"result", result}});
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
