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

}  // namespace

void add_raft(CLI::App& app,
              const GlobalOptions& global,
              RaftArguments& arguments,
              std::function<int()>& command) {
  auto* group = app.add_subcommand("raft", "Data directories that no process uses");
  group->require_subcommand(1);
  add_inspection(*group, global, arguments.inspect, command);
}

}  // namespace quorate::cli
