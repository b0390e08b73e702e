#include "cli/broker.h"

#include <string>

#include "quorate/controller/v1/admin.pb.h"

#include "cli/item_errors.h"
#include "cli/plan.h"

namespace quorate::cli {

namespace v1 = controller::v1;

int broker_unregister(const GlobalOptions& options, std::int32_t id) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::UnregisterBrokerRequest request;
  set_meta(options, *request.mutable_meta());
  request.set_broker_id(id);
  const auto response = (*client)->unregister_broker(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    Failure failure = failure_of(response->error(), response->error_message());
    failure.hint = "`quorate broker list` shows who is registered";
    failure.attempt = "quorate broker list";
    return report(failure);
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing("BrokerUnregistered", {"BROKER", "RESULT"});
  const std::string result = response->finished() ? "unregistered" : "being unregistered";
  listing.add({std::to_string(id), result}, {{"id", id}, {"finished", response->finished()}});
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
