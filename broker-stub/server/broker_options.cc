#include "broker-stub/server/broker_options.h"

#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "controller/image/types.h"

namespace quorate::broker {
namespace {

constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

OptionSpec text(std::string key, std::optional<std::string> fallback, std::string doc) {
  return {.key = std::move(key), .fallback = std::move(fallback), .doc = std::move(doc)};
}

OptionSpec list(std::string key, std::optional<std::string> fallback, std::string doc) {
  return {.key = std::move(key),
          .type = OptionType::kList,
          .fallback = std::move(fallback),
          .doc = std::move(doc)};
}

OptionSpec choice(std::string key,
                  std::string fallback,
                  std::vector<std::string> choices,
                  std::string doc) {
  return {.key = std::move(key),
          .type = OptionType::kChoice,
          .fallback = std::move(fallback),
          .doc = std::move(doc),
          .choices = std::move(choices)};
}

std::vector<OptionSpec> identity_options() {
  return {
      choice("process.roles", "broker", {"broker"}, "What this process is."),
      integer_option("node.id", std::nullopt, {0, kInt32Max}, "This broker's id."),
      text("cluster.id", std::nullopt, "The cluster it belongs to: 22 characters of base64url."),
      text("log.dirs", std::nullopt, "The one directory that holds everything of this broker."),
      text("broker.rack", "", "Where it stands; replicas are spread over racks."),
      list("listeners",
           "PLAINTEXT://127.0.0.1:9092",
           "PLAINTEXT://host:port for Kafka clients and followers; HTTP://host:port for /metrics, "
           "/livez and /readyz. Port 0 takes any free one."),
      text("advertised.listeners", "", "PLAINTEXT://host:port told to clients; else as bound."),
      list("controller.quorum.bootstrap.servers",
           std::nullopt,
           "host:port of the controllers' CONTROLLER listeners."),
      text("ssl.ca.path", std::nullopt, "PEM file of the authority that signs the cluster."),
      text("ssl.certificate.path",
           std::nullopt,
           "PEM file of this broker's certificate; its name is broker-<node.id>.quorate."),
      text("ssl.key.path", std::nullopt, "PEM file of its key, readable by its owner alone."),
  };
}

std::vector<OptionSpec> behaviour_options() {
  return {
      integer_option("replica.lag.time.max.ms",
                     "10000",
                     {100, kInt32Max},
                     "A follower that has not caught up for so long leaves the in-sync replicas."),
      integer_option("replica.fetch.wait.max.ms",
                     "500",
                     {1, 60'000},
                     "How long a follower's fetch waits for data."),
      integer_option(
          "log.segment.bytes", "1073741824", {1024, kInt32Max}, "Size of one segment file."),
      integer_option(
          "log.flush.interval.messages",
          "9223372036854775807",
          {1, kInt64Max},
          "Records after which a log is synced. By default only full segments and a clean stop "
          "sync: acknowledged means replicated."),
      integer_option("message.max.bytes",
                     "1048588",
                     {1024, 1 << 30},
                     "Largest record batch, where the topic does not say otherwise."),
      integer_option("num.partitions", "1", {1, 10'000}, "Partitions of a topic made by itself."),
      {.key = "auto.create.topics.enable",
       .type = OptionType::kBoolean,
       .fallback = "true",
       .doc = "Whether asking for a topic that does not exist makes it."},
      integer_option(
          "controlled.shutdown.max.wait.ms",
          "10000",
          {0, 600'000},
          "How long a stopping broker waits until its leaderships have been handed over."),
      text("event.stream.path", "", "File for the event stream; empty: none."),
      choice("log.level", "info", {"debug", "info", "warn", "error"}, "Least level of log lines."),
      choice("log.format", "logfmt", {"logfmt", "json"}, "Form of log lines."),
  };
}

// "NAME://host:port"; the host may be in brackets.
struct NamedListener {
  std::string name;
  HostPort at;
};

std::optional<HostPort> host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port > 65535) {
    return std::nullopt;
  }
  return HostPort{std::string(host), static_cast<std::uint16_t>(port)};
}

std::optional<NamedListener> named_listener(const std::string& text) {
  const std::size_t mark = text.find("://");
  if (mark == std::string::npos) return std::nullopt;
  const auto at = host_port(std::string_view(text).substr(mark + 3));
  if (!at) return std::nullopt;
  return NamedListener{text.substr(0, mark), *at};
}

Status read_listeners(const Properties& properties, BrokerOptions& options) {
  bool plaintext = false;
  for (const std::string& item : properties.list("listeners")) {
    const auto listener = named_listener(item);
    if (!listener) return properties.refuse("listeners", "'" + item + "' is not NAME://host:port");
    if (listener->name == "PLAINTEXT" && !plaintext) {
      plaintext = true;
      options.listener = listener->at;
    } else if (listener->name == "HTTP" && options.http_host.empty()) {
      options.http_host = listener->at.host.empty() ? "127.0.0.1" : listener->at.host;
      options.http_port = listener->at.port;
    } else {
      return properties.refuse("listeners",
                               "'" + item + "': one PLAINTEXT and at most one HTTP listener");
    }
  }
  if (!plaintext) return properties.refuse("listeners", "there is no PLAINTEXT listener");
  if (options.listener.host.empty()) options.listener.host = "0.0.0.0";
  options.advertised = options.listener;
  const std::string& advertised = properties.text("advertised.listeners");
  if (!advertised.empty()) {
    const auto listener = named_listener(advertised);
    if (!listener || listener->name != "PLAINTEXT" || listener->at.host.empty()) {
      return properties.refuse("advertised.listeners",
                               "'" + advertised + "' is not PLAINTEXT://host:port");
    }
    options.advertised = listener->at;
  } else if (options.listener.host == "0.0.0.0" || options.listener.host == "::") {
    return properties.refuse("advertised.listeners",
                             "must be set: clients cannot connect to " + options.listener.host);
  }
  return {};
}

Status check_identity(const Properties& properties, const BrokerOptions& options) {
  if (!controller::uuid_from_string(options.cluster_id)) {
    return properties.refuse("cluster.id", "'" + options.cluster_id + "' is not a cluster id");
  }
  if (options.log_dir.empty() || options.log_dir.find(',') != std::string::npos) {
    return properties.refuse("log.dirs", "must name exactly one directory");
  }
  if (options.controllers.empty()) {
    return properties.refuse("controller.quorum.bootstrap.servers", "names no controller");
  }
  for (const std::string& controller : options.controllers) {
    if (!host_port(controller)) {
      return properties.refuse("controller.quorum.bootstrap.servers",
                               "'" + controller + "' is not host:port");
    }
  }
  return {};
}

}  // namespace

OptionTable broker_option_table() {
  std::vector<OptionSpec> options = identity_options();
  for (OptionSpec& option : behaviour_options())
    options.push_back(std::move(option));
  return {"quorate-broker", std::move(options)};
}

Result<BrokerOptions> broker_options_from(const Properties& properties) {
  BrokerOptions options;
  options.node_id = static_cast<std::int32_t>(properties.integer("node.id"));
  options.cluster_id = properties.text("cluster.id");
  options.log_dir = properties.text("log.dirs");
  options.rack = properties.text("broker.rack");
  options.controllers = properties.list("controller.quorum.bootstrap.servers");
  options.tls = {.ca = properties.text("ssl.ca.path"),
                 .certificate = properties.text("ssl.certificate.path"),
                 .key = properties.text("ssl.key.path")};
  options.replica_lag_max_ms = properties.integer("replica.lag.time.max.ms");
  options.fetch_wait_max_ms =
      static_cast<std::int32_t>(properties.integer("replica.fetch.wait.max.ms"));
  options.segment_bytes = static_cast<std::uint64_t>(properties.integer("log.segment.bytes"));
  options.flush_interval_messages =
      static_cast<std::uint64_t>(properties.integer("log.flush.interval.messages"));
  options.message_bytes_max = properties.integer("message.max.bytes");
  options.partitions_default = static_cast<std::int32_t>(properties.integer("num.partitions"));
  options.shutdown_wait_max_ms = properties.integer("controlled.shutdown.max.wait.ms");
  options.auto_create_topics = properties.boolean("auto.create.topics.enable");
  options.event_stream_path = properties.text("event.stream.path");
  options.log_level = properties.text("log.level");
  options.log_format = properties.text("log.format");
  QUORATE_TRY(check_identity(properties, options));
  QUORATE_TRY(read_listeners(properties, options));
  return options;
}

}  // namespace quorate::broker
