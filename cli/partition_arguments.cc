#include "cli/partition_arguments.h"

#include <map>
#include <string>

#include "cli/dry_run.h"

namespace quorate::cli {
namespace {

using Command = std::function<int()>;

void add_elect(CLI::App& group, GlobalOptions& global, ElectOptions& elect, Command& command) {
  auto* now = group.add_subcommand("elect", "Elect leaders now");
  const std::map<std::string, bool> types{{"preferred", false}, {"unclean", true}};
  now->add_option("--type", elect.unclean, "unclean loses what only the other replicas have")
      ->required()
      ->transform(CLI::CheckedTransformer(types, CLI::ignore_case).description(""))
      ->type_name("preferred|unclean");
  auto* topic = now->add_option("--topic", elect.topic, "Of one partition");
  auto* partition = now->add_option("--partition", elect.partition, "Its number")
                        ->check(CLI::Range(0, 2147483647));
  topic->needs(partition);
  partition->needs(topic);
  auto* all = now->add_flag("--all", elect.all, "Every partition that needs it");
  all->excludes(topic)->excludes(partition);
  add_dry_run(*now, global);
  now->callback([&] {
    if (elect.all == elect.topic.empty()) {
      command = [&] { return partition_elect(global, elect); };
      return;
    }
    throw CLI::RequiredError("--topic and --partition, or --all");
  });
}

// What was asked for, in one of the ways there are.
void check_reassign(const ReassignOptions& options) {
  const bool is_cancel = options.action == ReassignAction::kCancel;
  const int ways =
      (options.topic.empty() ? 0 : 1) + (options.file.empty() ? 0 : 1) + (options.all ? 1 : 0);
  if (ways != 1) throw CLI::RequiredError("--topic and --partition, --file, or --cancel --all");
  if (options.all && !is_cancel) throw CLI::ValidationError("--all", "goes with --cancel only");
  if (!options.topic.empty() && !is_cancel && options.replicas.empty()) {
    throw CLI::RequiredError("--replicas");
  }
  if (is_cancel && !options.replicas.empty()) {
    throw CLI::ValidationError("--replicas", "a cancel brings back the original ones");
  }
}

void add_reassign(CLI::App& group,
                  GlobalOptions& global,
                  ReassignOptions& options,
                  Command& command) {
  auto* move = group.add_subcommand("reassign", "Move partitions to other replicas");
  move->footer(
      "examples:\n"
      "  quorate partition reassign --topic orders --partition 0 --replicas 3,1,2\n"
      "  quorate partition reassign --file moves.json      as kafka-reassign-partitions reads it\n"
      "  quorate partition reassign --cancel --topic orders --partition 0\n"
      "  quorate partition moves                           what is on its way");
  auto* topic = move->add_option("--topic", options.topic, "Of one partition");
  auto* partition = move->add_option("--partition", options.partition, "Its number")
                        ->check(CLI::Range(0, 2147483647));
  topic->needs(partition);
  partition->needs(topic);
  move->add_option("--replicas", options.replicas, "Brokers, the preferred leader first")
      ->delimiter(',')
      ->check(CLI::Range(0, 2147483647))
      ->needs(topic);
  move->add_option("--file", options.file, "JSON: {\"partitions\": [{topic, partition, replicas}]}")
      ->excludes(topic);
  move->add_flag_callback(
      "--cancel",
      [&options] { options.action = ReassignAction::kCancel; },
      "Take back what is on its way: the original replicas in their order");
  move->add_flag("--all", options.all, "With --cancel: everything that is on its way");
  move->add_flag("--keep-replication-factor",
                 options.keep_replication_factor,
                 "Refuse a target of another size");
  move->add_flag("--allow-cordoned",
                 options.allow_cordoned,
                 "New replicas may go to cordoned brokers that are named");
  add_dry_run(*move, global);
  move->callback([&] {
    check_reassign(options);
    command = [&] { return partition_reassign(global, options); };
  });
  group.add_subcommand("moves", "The partitions that are being moved")->callback([&] {
    command = [&global] { return partition_moves(global); };
  });
}

}  // namespace

void add_partition(CLI::App& app,
                   GlobalOptions& global,
                   PartitionArguments& arguments,
                   std::function<int()>& command) {
  auto* group = app.add_subcommand("partition", "Who leads partitions, and where they are");
  group->require_subcommand(1);
  add_elect(*group, global, arguments.elect, command);
  add_reassign(*group, global, arguments.reassign, command);
}

}  // namespace quorate::cli
