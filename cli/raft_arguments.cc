#include "cli/raft_arguments.h"

namespace quorate::cli {
namespace {

using Action = int (*)(const InspectOptions&, Format);

constexpr const char* kExitStatus =
    "exit status: 0 done (verify: the directory is whole), 4 no data directory there, 5 a process "
    "uses it,\n10 verify found damage, 1 it cannot be read";

void add_inspection(CLI::App& group,
                    const GlobalOptions& global,
                    InspectOptions& options,
                    std::function<int()>& command) {
  const auto add = [&](const char* name, const char* what, Action action) {
    CLI::App* sub = group.add_subcommand(name, what);
    sub->footer(kExitStatus);
    sub->add_option("directory", options.dir, "A data directory")->required();
    sub->callback([&command, &options, &global, action] {
      command = [&options, &global, action] { return action(options, global.format); };
    });
    return sub;
  };
  add("verify", "Read everything and name what is wrong; changes nothing", raft_verify);
  CLI::App* dump = add("dump", "Positions and entries of a log", raft_dump);
  CLI::App* hash =
      add("hash-at", "A hash of the log up to --last, to compare replicas", raft_hash_at);
  add("identity", "Whose directory it is; also while it is in use", raft_identity);
  for (CLI::App* sub : {dump, hash}) {
    sub->add_option("--group", options.group, "Which group, when there are several");
    sub->add_option("--first", options.first, "First index; default: the log's first");
    sub->add_option("--last", options.last, "Last index; default: the log's end");
  }
  dump->add_option("--limit", options.limit, "How many entries at most")->capture_default_str();
  dump->add_flag("--data", options.with_data, "Payloads too, hexadecimal");
}

void add_recovery(CLI::App& group,
                  const GlobalOptions& global,
                  RecoverOptions& options,
                  std::function<int()>& command) {
  CLI::App* sub = group.add_subcommand(
      "recover", "Make the survivors of a lost quorum a membership of their own");
  sub->footer(
      "examples:\n"
      "  quorate raft recover --plan plan.txt /data/node-4 /data/node-5    changes nothing\n"
      "  quorate raft recover --apply plan.txt\n"
      "exit status: 0 done, 4 no data directory there, 5 a quorum is there, a process uses a "
      "directory,\nit changed since the plan or is not of it, 1 it cannot be read or written");
  auto* plan = sub->add_option("--plan", options.plan, "Look, and write a plan to this new file");
  auto* apply = sub->add_option("--apply", options.apply, "Carry out the plan in this file");
  plan->excludes(apply);
  sub->add_option("directories", options.dirs, "Survivors' data directories");
  sub->callback([&command, &options, &global] {
    if (options.plan.empty() == options.apply.empty()) {
      throw CLI::ValidationError("recover", "one of --plan and --apply is needed");
    }
    command = [&options, &global] { return raft_recover(options, global.format); };
  });
}

void add_replay(CLI::App& group,
                const GlobalOptions& global,
                ReplayOptions& options,
                std::function<int()>& command) {
  CLI::App* sub =
      group.add_subcommand("replay", "Decide again what a flight recording holds; print decisions");
  sub->footer(
      "exit status: 0 all was decided as recorded, 4 no such file, 10 damaged, or decided "
      "otherwise,\n1 made by another version");
  sub->add_option("file", options.file, "A flight recording")->required();
  sub->callback([&command, &options, &global] {
    command = [&options, &global] { return raft_replay(options, global.format); };
  });
}

}  // namespace

void add_raft(CLI::App& app,
              const GlobalOptions& global,
              RaftArguments& arguments,
              std::function<int()>& command) {
  auto* group = app.add_subcommand("raft", "Data directories that no process uses");
  group->require_subcommand(1);
  add_inspection(*group, global, arguments.inspect, command);
  add_recovery(*group, global, arguments.recover, command);
  add_replay(*group, global, arguments.replay, command);
}

}  // namespace quorate::cli
