// quorate-broker: reads its configuration, starts a Broker, serves until it is told to stop.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <google/protobuf/stubs/logging.h>

#include "broker-stub/server/broker.h"
#include "daemon/process.h"
#include "raft/base/clock.h"

namespace quorate::broker {
namespace {

struct CommandLine {
  std::string config;
  std::vector<std::string> sets;
};

int fail(const Status& status, ExitCode code) {
  print_error(status);
  return to_int(code);
}

// What DescribeConfigs tells of this process's own configuration.
StaticConfigs statics_of(const OptionTable& table, const Properties& properties) {
  StaticConfigs statics;
  for (const OptionSpec& option : table.options()) {
    StaticConfig config{.is_default = properties.origin(option.key) == "default",
                        .doc = option.doc};
    switch (option.type) {
      case OptionType::kBoolean:
        config.type = 1;
        config.value = properties.boolean(option.key) ? "true" : "false";
        break;
      case OptionType::kInteger:
        config.type = 5;
        config.value = std::to_string(properties.integer(option.key));
        break;
      case OptionType::kList:
        config.type = 7;
        for (const std::string& item : properties.list(option.key)) {
          config.value += (config.value.empty() ? "" : ",") + item;
        }
        break;
      case OptionType::kText:
      case OptionType::kChoice: config.value = properties.text(option.key); break;
    }
    statics.emplace(option.key, std::move(config));
  }
  return statics;
}

// What tools look for in every Kafka broker and what is fixed in this one.
void add_fixed(StaticConfigs& statics) {
  const auto add = [&](const char* key, const char* value, std::int8_t type, const char* doc) {
    statics.emplace(key, StaticConfig{.value = value, .type = type, .doc = doc});
  };
  add("delete.topic.enable", "true", 1, "Topics can be deleted.");
  add("default.replication.factor", "-1", 3, "The controller decides.");
  add("inter.broker.protocol.version", "3.9-IV0", 2, "Kafka version whose protocol is spoken.");
  add("log.message.format.version", "3.0-IV1", 2, "Record batches of format 2.");
}

struct Telling {
  std::unique_ptr<Log> log;
  std::unique_ptr<EventStream> events;
  Metrics metrics;
};

Status open_telling(const BrokerOptions& options, Telling& telling) {
  const auto level = parse_log_level(options.log_level);
  const auto format = parse_log_format(options.log_format);
  if (!level.is_ok()) return level.status();
  if (!format.is_ok()) return format.status();
  auto log = Log::open(
      {.level = *level, .format = *format, .node = options.node_id, .role = "broker", .path = {}});
  if (!log.is_ok()) return log.status();
  telling.log = *std::move(log);
  auto events = EventStream::open(
      {.path = options.event_stream_path, .node = options.node_id, .role = "broker"});
  if (!events.is_ok()) return events.status();
  telling.events = *std::move(events);
  return {};
}

Result<std::unique_ptr<HttpServer>> start_http(const BrokerOptions& options,
                                               const Telling& telling,
                                               const Broker& broker) {
  if (options.http_host.empty()) return std::unique_ptr<HttpServer>();
  return HttpServer::start({.host = options.http_host, .port = options.http_port},
                           {.metrics = [&telling] { return telling.metrics.render(); },
                            .ready = [&broker] { return broker.ready(); }});
}

int serve(const BrokerOptions& options, TlsMaterial tls, StaticConfigs statics, StopSignal& stop) {
  Telling telling;
  if (const Status opened = open_telling(options, telling); !opened.is_ok()) {
    return fail(opened, ExitCode::kFailed);
  }
  BrokerReport report(*telling.log, *telling.events, telling.metrics);
  std::atomic<bool> broken = false;
  auto broker =
      Broker::start(options, std::move(tls), std::move(statics), report, [&](const Status& why) {
        broken = true;
        telling.log->error("fatal", {{"reason", to_string(why)}});
        print_error(why);
        stop.request("fatal");
      });
  if (!broker.is_ok()) return fail(broker.status(), ExitCode::kFailed);
  auto http = start_http(options, telling, **broker);
  if (!http.is_ok()) return fail(http.status(), ExitCode::kFailed);
  print_ready("broker",
              {{"node", options.node_id},
               {"kafka_port", (*broker)->port()},
               {"http_port", *http ? (*http)->port() : std::uint16_t{0}}});
  const std::string reason = stop.wait();
  telling.log->info("stopping", {{"reason", reason}});
  const Status stopped = (*broker)->stop();
  if (*http) (*http)->stop();
  if (!stopped.is_ok()) return fail(stopped, ExitCode::kFailed);
  telling.log->info("stopped", {});
  return to_int(broken ? ExitCode::kFailed : ExitCode::kOk);
}

int run(const CommandLine& line, StopSignal& stop) {
  const OptionTable table = broker_option_table();
  const auto properties = Properties::load(
      table, {.file = line.config, .environment = process_environment(), .sets = line.sets});
  if (!properties.is_ok()) return fail(properties.status(), ExitCode::kInvalidConfig);
  const auto options = broker_options_from(*properties);
  if (!options.is_ok()) return fail(options.status(), ExitCode::kInvalidConfig);
  auto tls = load_tls_files(options->tls, system_clock().wall_ms());
  if (!tls.is_ok()) return fail(tls.status(), ExitCode::kInvalidConfig);
  StaticConfigs statics = statics_of(table, *properties);
  add_fixed(statics);
  return serve(*options, *std::move(tls), std::move(statics), stop);
}

}  // namespace
}  // namespace quorate::broker

int main(int argc, char** argv) {
  using namespace quorate;
  silence_grpc();
  google::protobuf::SetLogHandler(nullptr);  // a stranger's malformed message is no line of ours
  CLI::App app{
      "A thin Kafka broker whose partitions are led and followed as the metadata log says.\n"
      "example: quorate-broker --config server.properties"};
  broker::CommandLine line;
  app.add_option("--config", line.config, "File in the syntax of server.properties");
  app.add_option("--set", line.sets, "key=value, above the file and the environment");
  app.set_version_flag("--version", version_line("quorate-broker"));
  app.footer(broker::broker_option_table().help_text());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : to_int(ExitCode::kUsage);
  }
  StopSignal stop;
  return broker::run(line, stop);
}
