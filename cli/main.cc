// quorate: the command line. Parses, calls one command, turns its end into an exit status.
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/broker_arguments.h"
#include "cli/config_arguments.h"
#include "cli/connection.h"
#include "cli/dev.h"
#include "cli/dry_run.h"
#include "cli/failure.h"
#include "cli/partition_arguments.h"
#include "cli/quorum_arguments.h"
#include "cli/raft_arguments.h"
#include "cli/security_arguments.h"
#include "cli/topic.h"
#include "daemon/process.h"

namespace quorate::cli {
namespace {

constexpr const char* kExamples =
    "examples:\n"
    "  quorate dev start                                    3 controllers, 3 brokers, this "
    "machine\n"
    "  quorate topic create orders --partitions 6 --replication-factor 3\n"
    "  quorate quorum status -o json\n"
    "\n"
    "exit status: 0 ok, 1 failed, 2 usage, 3 invalid configuration, 4 not found, 5 exists already "
    "or\n"
    "precondition, 6 not authorised, 7 timed out (the words say if the outcome is unknown),\n"
    "8 unavailable or no leader, 10 reachable but unhealthy";

// What the chosen command does when parsing is over.
using Command = std::function<int()>;

void add_global_options(CLI::App& app, GlobalOptions& options) {
  const std::map<std::string, Format> formats{{"table", Format::kTable}, {"json", Format::kJson}};
  app.add_option("-c,--controllers", options.controllers, "Controllers, host:port,...")
      ->envname("QUORATE_CONTROLLERS");
  app.add_option("--ca", options.ca, "Authority's certificate, PEM file")->envname("QUORATE_CA");
  app.add_option("--cert", options.certificate, "Own certificate, PEM file")
      ->envname("QUORATE_CERTIFICATE");
  app.add_option("--key", options.key, "Own private key, PEM file")->envname("QUORATE_KEY");
  app.add_option("--dir", options.dir, "Directory of the development cluster")
      ->envname("QUORATE_DIR")
      ->capture_default_str();
  app.add_option("-o,--output", options.format, "How answers are printed")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case).description(""))
      ->type_name("table|json")
      ->default_str("table");
  app.add_option(
         "--as-client-id", options.client_id, "Kafka's word for who asks: whose quota it is")
      ->capture_default_str();
  app.add_option("--timeout", options.timeout_seconds, "Seconds to wait for an answer")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
}

void add_dev(CLI::App& app, const GlobalOptions& global, DevOptions& dev, Command& command) {
  auto* group = app.add_subcommand("dev", "A cluster of separate processes on this machine");
  group->require_subcommand(1);
  auto* start = group->add_subcommand("start", "Make the cluster if need be; start what is down");
  start->add_option("--controllers", dev.shape.controllers, "How many, when the cluster is made")
      ->check(CLI::Range(1, 7))
      ->capture_default_str();
  start->add_option("--brokers", dev.shape.brokers, "How many, when the cluster is made")
      ->check(CLI::Range(0, 32))
      ->capture_default_str();
  start
      ->add_option("--base-port",
                   dev.shape.base_port,
                   "First of consecutive ports; 0 takes any that are free")
      ->capture_default_str();
  auto* stop = group->add_subcommand("stop", "End every process; the data stays");
  for (auto* timed : {start, stop}) {
    timed->add_option("--wait", dev.wait_seconds, "Seconds to wait for each process")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
  }
  auto* status = group->add_subcommand("status", "Processes, ports, readiness; 8 if one is down");
  auto* destroy = group->add_subcommand("destroy", "Stop and remove the cluster's files");
  const auto bind = [&command, &global, &dev](CLI::App* sub, auto action) {
    sub->callback([&command, &global, &dev, action] {
      command = [&global, &dev, action] {
        dev.dir = global.dir;
        return finish(action(dev, global.format));
      };
    });
  };
  bind(start, [](const DevOptions& o, Format format) { return dev_start(o, format); });
  bind(stop, [](const DevOptions& o, Format) { return dev_stop(o); });
  bind(status, [](const DevOptions& o, Format format) { return dev_status(o, format); });
  bind(destroy, [](const DevOptions& o, Format) { return dev_destroy(o); });
}

void add_topic(CLI::App& app,
               GlobalOptions& global,
               NewTopicOptions& topic,
               std::vector<std::string>& names,
               Command& command) {
  auto* group = app.add_subcommand("topic", "Topics and their partitions");
  group->require_subcommand(1);
  auto* create = group->add_subcommand("create", "Create a topic");
  create->add_option("name", topic.name, "Its name")->required();
  create->add_option("--partitions", topic.partitions, "-1: the cluster's default");
  create->add_option("--replication-factor", topic.replication_factor, "-1: the cluster's default");
  create->add_option("--config", topic.configs, "key=value; may be repeated");
  add_dry_run(*create, global);
  create->callback([&] { command = [&] { return topic_create(global, topic); }; });
  auto* alter = group->add_subcommand("alter", "Give a topic more partitions");
  alter->add_option("name", topic.name, "Its name")->required();
  alter->add_option("--partitions", topic.partitions, "How many it shall have then")->required();
  add_dry_run(*alter, global);
  alter->callback([&] { command = [&] { return topic_alter(global, topic); }; });
  group->add_subcommand("list", "Every topic")->callback([&] {
    command = [&global] { return topic_list(global); };
  });
  auto* describe = group->add_subcommand("describe", "Leader, replicas and ISR per partition");
  auto* remove = group->add_subcommand("delete", "Delete topics");
  for (auto* sub : {describe, remove})
    sub->add_option("names", names, "Topics")->required();
  add_dry_run(*remove, global);
  describe->callback([&] { command = [&] { return topic_describe(global, names); }; });
  remove->callback([&] { command = [&] { return topic_delete(global, names); }; });
}

// The command whose --help tells about what was parsed so far.
std::string help_of(const CLI::App& app) {
  std::string command = "quorate";
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    command += ' ' + at->get_name();
  }
  return command + " --help";
}

int run(int argc, char** argv) {
  CLI::App app("Quorate: controllers, brokers and topics from the command line", "quorate");
  app.footer(kExamples);
  app.set_version_flag("--version", version_line("quorate"));
  app.require_subcommand(1);
  app.fallthrough();
  GlobalOptions global;
  DevOptions dev;
  QuorumArguments quorum;
  BrokerArguments broker;
  PartitionArguments partition;
  ConfigOptions config;
  FeatureOptions feature;
  NewTopicOptions topic;
  RaftArguments raft;
  SecurityArguments security;
  std::vector<std::string> names;
  Command command;
  add_global_options(app, global);
  add_dev(app, global, dev, command);
  add_quorum(app, global, quorum, command);
  add_broker(app, global, broker, command);
  add_partition(app, global, partition, command);
  add_config(app, global, config, command);
  add_feature(app, global, feature, command);
  add_raft(app, global, raft, command);
  add_security(app, global, security, command);
  add_topic(app, global, topic, names, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return report({Exit::kUsage, "E_USAGE", error.what(), {}, help_of(app)});
  }
  return command();
}

}  // namespace
}  // namespace quorate::cli

int main(int argc, char** argv) {
  quorate::silence_grpc();
  return quorate::cli::run(argc, argv);
}
