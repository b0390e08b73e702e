#include "cli/maintenance.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "quorate/controller/v1/maintenance.pb.h"
#include "quorate/controller/v1/query.pb.h"

#include "cli/output.h"
#include "controller/client/maintenance_client.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;
using controller::MaintenanceClient;

// A controller that answers.
struct Found {
  std::int32_t node;
  std::string address;
};

struct Asked {
  std::unique_ptr<controller::ControllerClient> client;
  std::vector<Found> controllers;
  Status missing;  // of the first one that did not answer
};

// Those that are wanted. kNotFound when the one that is does not answer, or none does.
Result<Asked> find(const GlobalOptions& global, const std::optional<std::int32_t>& node) {
  auto client = connect(global);
  QUORATE_TRY(client.status());
  Asked asked{*std::move(client), {}, {}};
  for (const std::string& address : asked.client->controllers()) {
    const auto quorum = asked.client->describe_quorum(address, global.call());
    if (!quorum.is_ok()) {
      if (asked.missing.is_ok()) asked.missing = quorum.status().with_context(address);
    } else if (!node || quorum->node_id() == *node) {
      asked.controllers.push_back({quorum->node_id(), address});
    }
  }
  if (!asked.controllers.empty()) return asked;
  if (!node && !asked.missing.is_ok()) return asked.missing;
  return Status(Code::kNotFound,
                "controller " + std::to_string(node.value_or(0)) + " does not answer" +
                    (asked.missing.is_ok() ? "" : " (" + asked.missing.message() + ")"));
}

nlohmann::ordered_json json_of(const v1::SnapshotDescription& snapshot) {
  return {{"lastIndex", snapshot.last_index()},
          {"lastTerm", snapshot.last_term()},
          {"bytes", snapshot.bytes()}};
}

// The first that is not ok.
void note(Status& first, const Status& status) {
  if (first.is_ok()) first = status;
}

}  // namespace

Status snapshot_list(const GlobalOptions& global, const MaintenanceOptions& options) {
  auto asked = find(global, options.node);
  QUORATE_TRY(asked.status());
  Status end = options.node ? Status::ok() : asked->missing;
  Listing listing("SnapshotList",
                  {"NODE", "UP TO INDEX", "TERM", "BYTES", "LOG BEGINS AT", "APPLIED"});
  for (const Found& found : asked->controllers) {
    const auto listed =
        MaintenanceClient(*asked->client, found.address).list_snapshots(global.call());
    note(end, listed.status());
    if (!listed.is_ok()) continue;
    for (const v1::SnapshotDescription& snapshot : listed->snapshots()) {
      nlohmann::ordered_json item{{"node", found.node}};
      item.update(json_of(snapshot));
      item["firstIndex"] = listed->first_index();
      item["appliedIndex"] = listed->applied_index();
      listing.add({std::to_string(found.node),
                   std::to_string(snapshot.last_index()),
                   std::to_string(snapshot.last_term()),
                   std::to_string(snapshot.bytes()),
                   std::to_string(listed->first_index()),
                   std::to_string(listed->applied_index())},
                  std::move(item));
    }
  }
  listing.print(global.format);
  return end;
}

Status snapshot_take(const GlobalOptions& global, const MaintenanceOptions& options) {
  auto asked = find(global, options.node);
  QUORATE_TRY(asked.status());
  Status end = options.node ? Status::ok() : asked->missing;
  Listing listing("SnapshotTaken", {"NODE", "OUTCOME", "UP TO INDEX", "BYTES"});
  for (const Found& found : asked->controllers) {
    const auto taken =
        MaintenanceClient(*asked->client, found.address).take_snapshot(global.call());
    const std::string node = std::to_string(found.node);
    if (taken.is_ok()) {
      const v1::SnapshotDescription& snapshot = taken->snapshot();
      nlohmann::ordered_json item{{"node", found.node}, {"outcome", "taken"}};
      item.update(json_of(snapshot));
      listing.add(
          {node, "taken", std::to_string(snapshot.last_index()), std::to_string(snapshot.bytes())},
          std::move(item));
    } else if (taken.status().code() == Code::kFailedPrecondition) {
      listing.add({node, "nothing new", "-", "-"},
                  {{"node", found.node}, {"outcome", "nothing_new"}});
    } else {
      note(end, taken.status().with_context("controller " + node));
      listing.add(
          {node, "failed", "-", "-"},
          {{"node", found.node}, {"outcome", "failed"}, {"error", taken.status().message()}});
    }
  }
  listing.print(global.format);
  return end;
}

Status quorum_record(const GlobalOptions& global, const MaintenanceOptions& options) {
  if (std::filesystem::exists(options.file)) {
    return {Code::kAlreadyExists, options.file + " exists already"};
  }
  auto asked = find(global, options.node);
  QUORATE_TRY(asked.status());
  const Found& found = asked->controllers.front();
  const auto bytes = MaintenanceClient(*asked->client, found.address).record_flight(global.call());
  QUORATE_TRY(bytes.status());
  std::ofstream file(options.file, std::ios::binary);
  file << *bytes;
  file.close();
  if (!file) return {Code::kIoError, options.file + " cannot be written"};
  Listing listing("FlightRecording", {"NODE", "FILE", "BYTES"});
  listing.add({std::to_string(found.node), options.file, std::to_string(bytes->size())},
              {{"node", found.node}, {"file", options.file}, {"bytes", bytes->size()}});
  listing.print(global.format);
  return Status::ok();
}

Status quorum_arm_fail_points(const GlobalOptions& global, const MaintenanceOptions& options) {
  auto asked = find(global, options.node);
  QUORATE_TRY(asked.status());
  return MaintenanceClient(*asked->client, asked->controllers.front().address)
      .arm_fail_points(options.fail_points, global.call());
}

}  // namespace quorate::cli
