#include "cli/partition.h"

#include <utility>

#include "quorate/controller/v1/admin.pb.h"

#include "cli/item_errors.h"
#include "cli/plan.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;

v1::ElectLeadersRequest request_for(const GlobalOptions& options, const ElectOptions& elect) {
  v1::ElectLeadersRequest request;
  set_meta(options, *request.mutable_meta());
  request.set_type(elect.unclean ? v1::ELECTION_TYPE_UNCLEAN : v1::ELECTION_TYPE_PREFERRED);
  request.set_all(elect.all);
  if (elect.all) return request;
  v1::ElectionItem& item = *request.add_partitions();
  item.set_topic(elect.topic);
  item.set_partition(elect.partition);
  return request;
}

Failure item_failure(const v1::ElectLeadersResult& result) {
  Failure failure = failure_of(result.error(),
                               result.error_message(),
                               result.topic() + "-" + std::to_string(result.partition()));
  failure.attempt = "quorate topic describe " + result.topic();
  if (result.error() == v1::UNKNOWN_TOPIC_OR_PARTITION) failure.attempt = "quorate topic list";
  return failure;
}

}  // namespace

int partition_elect(const GlobalOptions& options, const ElectOptions& elect) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const auto response = (*client)->elect_leaders(request_for(options, elect), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(failure_of(response->error(), response->error_message()));
  }
  Listing listing("LeadersElected", {"TOPIC", "PARTITION", "RESULT"});
  listing.set_field("finished", response->finished());
  if (!response->finished()) listing.set_title("the first of them; the rest follows");
  int exit = static_cast<int>(Exit::kOk);
  for (const auto& result : response->results()) {
    const bool done = result.error() == v1::NONE;
    listing.add({result.topic(),
                 std::to_string(result.partition()),
                 done ? "elected" : v1::ErrorCode_Name(result.error())},
                {{"topic", result.topic()},
                 {"partition", result.partition()},
                 {"error", v1::ErrorCode_Name(result.error())}});
    if (done || exit != static_cast<int>(Exit::kOk)) continue;
    exit = report(item_failure(result));
  }
  if (options.dry_run) {
    print_plan(response->meta(), options.format);
  } else {
    listing.print(options.format);
  }
  return exit;
}

}  // namespace quorate::cli
