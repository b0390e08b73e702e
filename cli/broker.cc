#include "cli/broker.h"

#include <string>

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

struct Wording {
  v1::BrokerAction action;
  const char* result;
};

Wording wording_of(BrokerWish wish) {
  switch (wish) {
    case BrokerWish::kCordon: return {v1::BROKER_ACTION_CORDON, "cordoned"};
    case BrokerWish::kUncordon: return {v1::BROKER_ACTION_UNCORDON, "not cordoned"};
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

int broker_alter(const GlobalOptions& options, std::int32_t id, BrokerWish wish) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const Wording wording = wording_of(wish);
  v1::AlterBrokerRequest request;
  set_meta(options, *request.mutable_meta());
  request.set_broker_id(id);
  request.set_action(wording.action);
  const auto response = (*client)->alter_broker(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(refusal(response->error(), response->error_message()));
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing("BrokerAltered", {"BROKER", "RESULT"});
  listing.add({std::to_string(id), wording.result}, {{"id", id}, {"result", wording.result}});
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
