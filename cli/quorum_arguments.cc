#include "cli/quorum_arguments.h"

#include "cli/cluster_commands.h"
#include "cli/failure.h"
#include "cli/quorum_explain.h"

namespace quorate::cli {
namespace {

using Command = std::function<int()>;

void add_probe(CLI::App& group,
               const GlobalOptions& global,
               ProbeOptions& probe,
               Command& command) {
  auto* writes = group.add_subcommand("probe", "Write no-op records, a JSON line for each");
  writes->add_option("--interval-ms", probe.interval_ms, "From the start of one to the next")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  writes->add_option("--count", probe.count, "How many; 0 goes on until SIGTERM or SIGINT")
      ->capture_default_str();
  writes->callback([&] { command = [&] { return finish(quorum_probe(global, probe)); }; });
}

void add_single(CLI::App& group,
                const GlobalOptions& global,
                MaintenanceOptions& maintenance,
                Command& command) {
  auto* record = group.add_subcommand(
      "record", "Write a controller's newest decisions to a file, for quorate raft replay");
  record->add_option("file", maintenance.file, "To be made")->required();
  record->callback([&] { command = [&] { return finish(quorum_record(global, maintenance)); }; });
  auto* arm = group.add_subcommand("arm-fail-points", "For tests: where a controller shall die");
  arm->add_option("spec", maintenance.fail_points, "As QUORATE_FAIL_AT; empty: nowhere")
      ->required();
  arm->callback(
      [&] { command = [&] { return finish(quorum_arm_fail_points(global, maintenance)); }; });
  for (auto* one : {record, arm})
    one->add_option("--node", maintenance.node, "Which controller")->required();
}

void add_members(CLI::App& group,
                 const GlobalOptions& global,
                 QuorumMemberOptions& members,
                 Command& command) {
  auto* add = group.add_subcommand("add-controller", "Take a formatted controller in");
  auto* replace = group.add_subcommand("replace-controller",
                                       "Take a controller with a new disk in for the one it was");
  for (auto* one : {add, replace}) {
    one->add_option(
           "controller", members.replica, "<id>:<incarnation>, as quorate-controller format says")
        ->required();
    one->add_option("--catch-up", members.catch_up_seconds, "Seconds it has to catch up")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
  }
  add->add_flag("--learner", members.as_learner, "It listens and has no vote");
  add->callback([&] { command = [&] { return finish(quorum_add_controller(global, members)); }; });
  replace->callback(
      [&] { command = [&] { return finish(quorum_replace_controller(global, members)); }; });
  auto* remove = group.add_subcommand("remove-controller", "Take a controller out");
  remove->add_option("id", members.node, "Its node id")->required();
  remove->callback(
      [&] { command = [&] { return finish(quorum_remove_controller(global, members)); }; });
  auto* transfer = group.add_subcommand("transfer-leader", "Let another controller lead");
  transfer->add_option("--to", members.target, "Node id; default: who is closest behind");
  transfer->callback(
      [&] { command = [&] { return finish(quorum_transfer_leader(global, members)); }; });
}

void add_snapshot(CLI::App& app,
                  const GlobalOptions& global,
                  MaintenanceOptions& maintenance,
                  Command& command) {
  auto* group = app.add_subcommand("snapshot", "Snapshots of the metadata on the controllers");
  group->require_subcommand(1);
  auto* list = group->add_subcommand("list", "Those that lie there, newest first");
  list->callback([&] { command = [&] { return finish(snapshot_list(global, maintenance)); }; });
  auto* take = group->add_subcommand("take", "Take one now; the log before it is removed");
  take->callback([&] { command = [&] { return finish(snapshot_take(global, maintenance)); }; });
  for (auto* one : {list, take})
    one->add_option("--node", maintenance.node, "Which controller; default: all of them");
}

}  // namespace

void add_quorum(CLI::App& app,
                const GlobalOptions& global,
                QuorumArguments& arguments,
                Command& command) {
  auto* group = app.add_subcommand("quorum", "The controllers' Raft group");
  group->require_subcommand(1);
  group->add_subcommand("status", "Roles, terms, log positions of every controller")->callback([&] {
    command = [&global] { return finish(quorum_status(global)); };
  });
  group->add_subcommand("explain", "Why nobody leads, why nothing commits, who lags and why")
      ->callback([&] { command = [&global] { return quorum_explain(global); }; });
  add_members(*group, global, arguments.members, command);
  add_probe(*group, global, arguments.probe, command);
  add_single(*group, global, arguments.maintenance, command);
  add_snapshot(app, global, arguments.maintenance, command);
}

}  // namespace quorate::cli
