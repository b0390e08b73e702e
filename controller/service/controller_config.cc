#include "controller/service/controller_config.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <utility>

#include "controller/image/config_keys.h"
#include "controller/service/limit_options.h"
#include "controller/service/raft_options.h"

namespace quorate::controller {
namespace {

constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
// Below five heartbeats an election timeout sees losses where there are none (G02).
constexpr std::int64_t kHeartbeatsPerElection = 5;

OptionSpec required(std::string key, OptionType type, std::string doc) {
  return {.key = std::move(key), .type = type, .fallback = std::nullopt, .doc = std::move(doc)};
}

OptionSpec optional(std::string key, OptionType type, std::string doc) {
  return {.key = std::move(key), .type = type, .fallback = "", .doc = std::move(doc)};
}

OptionSpec choice(std::string key, std::vector<std::string> choices, std::string doc) {
  std::string first = choices.front();
  return {.key = std::move(key),
          .type = OptionType::kChoice,
          .fallback = std::move(first),
          .doc = std::move(doc),
          .choices = std::move(choices)};
}

// "<id>@<host>:<port>" each.
Result<std::map<std::uint64_t, std::string>> read_nodes(const Properties& properties,
                                                        std::string_view key) {
  std::map<std::uint64_t, std::string> nodes;
  for (const std::string& item : properties.list(key)) {
    const auto at = item.find('@');
    std::uint64_t id = 0;
    const char* end = item.data() + std::min(at, item.size());
    const auto parsed = std::from_chars(item.data(), end, id);
    if (at == std::string::npos || parsed.ec != std::errc{} || parsed.ptr != end) {
      return properties.refuse(key, item + " is not of the form <id>@<host>:<port>");
    }
    const Result<HostPort> address = parse_host_port(item.substr(at + 1));
    if (!address.is_ok()) return properties.refuse(key, address.status().message());
    if (address->port == 0) return properties.refuse(key, item + " has no port");
    if (id > static_cast<std::uint64_t>(kInt32Max)) {
      return properties.refuse(key, item + " has an id above 2147483647");
    }
    for (const auto& [other, where] : nodes) {
      if (where == address->text()) {
        return properties.refuse(key,
                                 "nodes " + std::to_string(other) + " and " + std::to_string(id) +
                                     " have the same address " + where);
      }
    }
    if (!nodes.emplace(id, address->text()).second) {
      return properties.refuse(key, "node " + std::to_string(id) + " is given twice");
    }
  }
  return nodes;
}

Status read_listeners(const Properties& properties, ControllerConfig& config) {
  constexpr std::string_view kKey = "listeners";
  std::map<std::string, HostPort> found;
  for (const std::string& item : properties.list(kKey)) {
    const auto at = item.find("://");
    if (at == std::string::npos) {
      return properties.refuse(kKey, item + " is not of the form NAME://host:port");
    }
    const std::string name = item.substr(0, at);
    if (name != "RAFT" && name != "CONTROLLER" && name != "HTTP") {
      return properties.refuse(kKey, name + " is none of RAFT, CONTROLLER, HTTP");
    }
    const Result<HostPort> address = parse_host_port(item.substr(at + 3));
    if (!address.is_ok()) return properties.refuse(kKey, address.status().message());
    if (!found.emplace(name, *address).second) {
      return properties.refuse(kKey, name + " is given twice");
    }
  }
  for (const char* name : {"RAFT", "CONTROLLER"}) {
    if (!found.contains(name)) return properties.refuse(kKey, std::string(name) + " is missing");
  }
  config.raft_listener = found.at("RAFT");
  config.controller_listener = found.at("CONTROLLER");
  if (found.contains("HTTP")) config.http_listener = found.at("HTTP");
  return Status::ok();
}

Status read_quorum(const Properties& properties, ControllerConfig& config) {
  constexpr std::string_view kVoters = "controller.quorum.voters";
  auto voters = read_nodes(properties, kVoters);
  QUORATE_TRY(voters.status());
  auto endpoints = read_nodes(properties, "controller.quorum.endpoints");
  QUORATE_TRY(endpoints.status());
  config.voters = *std::move(voters);
  config.endpoints = *std::move(endpoints);
  if (config.voters.empty()) return properties.refuse(kVoters, "names no voter");
  if (config.voters.size() % 2 == 0) {
    return properties.refuse(kVoters,
                             std::to_string(config.voters.size()) +
                                 " voters survive no more failures than one less: name "
                                 "an odd number");
  }
  if (!config.voters.contains(static_cast<std::uint64_t>(config.node_id))) {
    return properties.refuse(kVoters, "does not name this node, " + std::to_string(config.node_id));
  }
  if (config.endpoints.empty()) return Status::ok();
  for (const auto& [id, address] : config.endpoints) {
    if (!config.voters.contains(id)) {
      return properties.refuse("controller.quorum.endpoints",
                               "node " + std::to_string(id) + " is not a voter");
    }
  }
  return Status::ok();
}

Status read_times(const Properties& properties, ControllerConfig& config) {
  config.election_timeout_ms = properties.integer("controller.quorum.election.timeout.ms");
  config.heartbeat_ms = properties.integer("controller.quorum.heartbeat.ms");
  config.broker_session_timeout_ms =
      static_cast<std::uint32_t>(properties.integer("broker.session.timeout.ms"));
  config.broker_heartbeat_interval_ms =
      static_cast<std::uint32_t>(properties.integer("broker.heartbeat.interval.ms"));
  if (config.election_timeout_ms < kHeartbeatsPerElection * config.heartbeat_ms) {
    return properties.refuse("controller.quorum.election.timeout.ms",
                             std::to_string(config.election_timeout_ms) +
                                 " is less than five times controller.quorum.heartbeat.ms, " +
                                 std::to_string(config.heartbeat_ms));
  }
  if (config.broker_session_timeout_ms < 2 * config.broker_heartbeat_interval_ms) {
    return properties.refuse("broker.session.timeout.ms",
                             std::to_string(config.broker_session_timeout_ms) +
                                 " is less than twice broker.heartbeat.interval.ms, " +
                                 std::to_string(config.broker_heartbeat_interval_ms));
  }
  return Status::ok();
}

Status read_data_dir(const Properties& properties, ControllerConfig& config) {
  config.data_dir = properties.text("metadata.log.dir");
  const auto dirs = properties.list("log.dirs");
  if (config.data_dir.empty() && dirs.size() == 1) config.data_dir = dirs.front();
  if (!config.data_dir.empty()) return Status::ok();
  if (dirs.empty()) {
    return properties.refuse("metadata.log.dir", "neither it nor log.dirs names a data directory");
  }
  return properties.refuse("log.dirs", "names several directories; a controller uses one");
}

std::vector<OptionSpec> time_options() {
  const std::pair<std::int64_t, std::int64_t> times{10, kHourMs};
  return {
      integer_option("controller.quorum.election.timeout.ms",
                     "1000",
                     times,
                     "A controller that hears no leader for this time, and up to half of it more, "
                     "asks for an election. At least five heartbeats."),
      integer_option("controller.quorum.heartbeat.ms",
                     "100",
                     times,
                     "How often the leader lets others hear of it."),
      integer_option("broker.session.timeout.ms",
                     "3000",
                     times,
                     "A broker that is silent for this time is fenced. Six heartbeats: a broker "
                     "survives a stall of two seconds, and clients wait three at most for one that "
                     "hangs. A broker whose process has ended is fenced at once."),
      integer_option("broker.heartbeat.interval.ms",
                     "500",
                     times,
                     "How often brokers are told to send heartbeats."),
  };
}

void read_elections(const Properties& properties, ControllerConfig& config) {
  const auto number = [&](std::string_view key) {
    return static_cast<std::uint32_t>(properties.integer(key));
  };
  if (properties.boolean("auto.leader.rebalance.enable")) {
    config.balance_interval_ms = 1000 * number("leader.imbalance.check.interval.seconds");
  }
  config.eligible_leaders = properties.boolean("eligible.leader.replicas.enable");
  config.leaderless_interval_ms = number("unclean.leader.election.interval.ms");
  const std::string unclean(kUncleanElectionKey);
  if (properties.origin(unclean) != "default") {
    config.statics[unclean] = properties.boolean(unclean) ? "true" : "false";
  }
}

std::vector<OptionSpec> election_options() {
  return {
      {.key = "eligible.leader.replicas.enable",
       .type = OptionType::kBoolean,
       .fallback = "false",
       .doc =
           "Whether who leaves an ISR smaller than min.insync.replicas may lead again without loss "
           "(KIP-966). Finalized once every registered broker supports it, and then for good."},
      {.key = std::string(kUncleanElectionKey),
       .type = OptionType::kBoolean,
       .fallback = "false",
       .doc = "Whether a replica outside the ISR may lead when no other is left, where nothing is "
              "set for topic, broker or cluster: loses records. The same on every controller."},
      {.key = "auto.leader.rebalance.enable",
       .type = OptionType::kBoolean,
       .fallback = "true",
       .doc = "Whether partitions go back to their preferred leaders by themselves."},
      integer_option("leader.imbalance.check.interval.seconds",
                     "300",
                     {1, kHourMs / 1000},
                     "How often they do."),
      integer_option(
          "unclean.leader.election.interval.ms",
          "300000",
          {1, kHourMs},
          "How often partitions without a leader are looked at, besides when brokers come and "
          "go and when configuration changes."),
  };
}

void read_snapshots(const Properties& properties, ControllerConfig& config) {
  const auto number = [&](std::string_view key) {
    return static_cast<std::uint64_t>(properties.integer(key));
  };
  config.snapshot_every_bytes = number("metadata.log.max.record.bytes.between.snapshots");
  config.snapshot_every_entries = number("metadata.log.max.entries.between.snapshots");
  config.snapshot_interval_ms = properties.integer("metadata.log.max.snapshot.interval.ms");
  config.snapshot_trailing_entries = number("metadata.log.trailing.entries");
  config.snapshot_send_bytes_per_second = number("metadata.snapshot.send.bytes.per.second");
}

std::vector<OptionSpec> snapshot_options() {
  constexpr std::int64_t kMany = 1'000'000'000'000;
  return {
      integer_option(
          "metadata.log.max.record.bytes.between.snapshots",
          "20971520",
          {1, kMany},
          "A snapshot of the metadata is taken, and the log before it removed, once so many "
          "bytes of entries were applied since the last one."),
      integer_option("metadata.log.max.entries.between.snapshots",
                     "100000",
                     {1, kMany},
                     "The same after so many entries."),
      integer_option(
          "metadata.log.max.snapshot.interval.ms",
          "3600000",
          {0, kMany},
          "The same once an entry that no snapshot covers is so old; 0: time is no reason."),
      integer_option(
          "metadata.log.trailing.entries",
          "10000",
          {0, kMany},
          "Entries before a snapshot that are kept, so that controllers that lag a little need "
          "no snapshot."),
      integer_option("metadata.snapshot.send.bytes.per.second",
                     "67108864",
                     {0, kMany},
                     "Bound of what is sent of snapshots to other controllers together; 0: none."),
  };
}

}  // namespace

OptionTable controller_option_table() {
  std::vector<OptionSpec> options = {
      choice("process.roles", {"controller"}, "What this process is."),
      {.key = "node.id",
       .type = OptionType::kInteger,
       .fallback = std::nullopt,
       .doc = "Number of this controller, unique in the cluster.",
       .min = 0,
       .max = kInt32Max},
      optional("cluster.id",
               OptionType::kText,
               "22 characters of base64; refuses to start on another cluster's data."),
      optional("metadata.log.dir",
               OptionType::kText,
               "Data directory; empty takes the one of log.dirs."),
      optional("log.dirs", OptionType::kList, "Data directory, if metadata.log.dir is empty."),
      required("listeners",
               OptionType::kList,
               "RAFT://host:port for other controllers, CONTROLLER://host:port for brokers and "
               "administrators (both mutual TLS), HTTP://host:port for metrics and health "
               "(plaintext, optional)."),
      required("controller.quorum.voters",
               OptionType::kList,
               "<id>@<host>:<port> of each controller's RAFT listener; an odd number."),
      optional("controller.quorum.endpoints",
               OptionType::kList,
               "<id>@<host>:<port> of each controller's CONTROLLER listener, so that clients "
               "are told where the leader is."),
      required("ssl.ca.path", OptionType::kText, "Certificates that are trusted, PEM file."),
      required("ssl.certificate.path",
               OptionType::kText,
               "Own certificate, PEM file; its DNS names must hold controller-<node.id>.quorate "
               "and controller.quorate."),
      required("ssl.key.path",
               OptionType::kText,
               "Own private key, PEM file, readable by its owner alone."),
      integer_option("num.partitions", "1", {1, 10'000}, "Of a topic created without a number."),
      integer_option(
          "default.replication.factor", "3", {1, 1'000}, "Of a topic created without a factor."),
      {.key = "delete.topic.enable",
       .type = OptionType::kBoolean,
       .fallback = "true",
       .doc = "Whether topics may be deleted."},
      optional("event.stream.path",
               OptionType::kText,
               "File to which structured events are appended; empty: none (docs/events.md)."),
      {.key = "event.stream.messages",
       .type = OptionType::kBoolean,
       .fallback = "false",
       .doc =
           "Whether the event stream also tells of every message between controllers that is sent "
           "or received: many lines."},
      choice("log.format", {"logfmt", "json"}, "Of the lines on standard error."),
      {.key = "log.level",
       .type = OptionType::kChoice,
       .fallback = "info",
       .doc = "Lines below it are not written.",
       .choices = {"debug", "info", "warn", "error"}},
  };
  std::ranges::move(time_options(), std::back_inserter(options));
  std::ranges::move(raft_option_specs(), std::back_inserter(options));
  std::ranges::move(election_options(), std::back_inserter(options));
  std::ranges::move(limit_option_specs(), std::back_inserter(options));
  std::ranges::move(snapshot_options(), std::back_inserter(options));
  return OptionTable("quorate-controller", std::move(options));
}

Result<ControllerConfig> read_controller_config(const Properties& properties) {
  ControllerConfig config;
  config.node_id = static_cast<std::int32_t>(properties.integer("node.id"));
  if (const std::string& text = properties.text("cluster.id"); !text.empty()) {
    config.cluster_id = uuid_from_string(text);
    if (!config.cluster_id) {
      return properties.refuse("cluster.id", '\'' + text + "' is not 22 characters of base64");
    }
  }
  QUORATE_TRY(read_data_dir(properties, config));
  QUORATE_TRY(read_listeners(properties, config));
  QUORATE_TRY(read_quorum(properties, config));
  QUORATE_TRY(read_times(properties, config));
  QUORATE_TRY(read_raft_options(properties, config));
  read_snapshots(properties, config);
  config.tls = {properties.text("ssl.ca.path"),
                properties.text("ssl.certificate.path"),
                properties.text("ssl.key.path")};
  config.default_partitions = static_cast<std::int32_t>(properties.integer("num.partitions"));
  config.default_replication_factor =
      static_cast<std::int32_t>(properties.integer("default.replication.factor"));
  config.delete_topic_enable = properties.boolean("delete.topic.enable");
  read_elections(properties, config);
  read_limit_options(properties, config);
  config.event_stream_path = properties.text("event.stream.path");
  config.event_stream_messages = properties.boolean("event.stream.messages");
  config.log_format = parse_log_format(properties.text("log.format")).value();
  config.log_level = parse_log_level(properties.text("log.level")).value();
  return config;
}

Result<HostPort> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  std::uint16_t port = 0;
  if (colon != std::string_view::npos && colon > 0) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
    if (parsed.ec == std::errc{} && parsed.ptr == end) {
      return HostPort{std::string(text.substr(0, colon)), port};
    }
  }
  return {Code::kInvalidArgument, '\'' + std::string(text) + "' is not host:port"};
}

}  // namespace quorate::controller
