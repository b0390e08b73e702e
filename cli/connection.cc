#include "cli/connection.h"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "cli/dev_cluster.h"
#include "daemon/tls_files.h"
#include "raft/base/clock.h"

namespace quorate::cli {
namespace {

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

// Fills in from the development cluster what the flags left open.
Status complete_from_dev_cluster(GlobalOptions& options) {
  const auto cluster = load_cluster(options.dir);
  if (!cluster.is_ok()) {
    return {cluster.status().code() == Code::kNotFound ? Code::kNotFound : cluster.status().code(),
            cluster.status().message() +
                "; name the controllers with --controllers, --ca, --cert and --key, or a "
                "development cluster with --dir"};
  }
  const auto complete = [](std::string& value, std::string found) {
    if (value.empty()) value = std::move(found);
  };
  complete(options.controllers, cluster->addresses(ProcessKind::kController));
  complete(options.ca, cluster->tls_path("ca.pem"));
  complete(options.certificate, cluster->tls_path("admin.pem"));
  complete(options.key, cluster->tls_path("admin.key"));
  return {};
}

}  // namespace

Result<std::unique_ptr<controller::ControllerClient>> connect(const GlobalOptions& options) {
  const controller::ClientOptions usual;
  return connect(options, {usual.attempt_timeout_ms, usual.backoff_max_ms});
}

Result<std::unique_ptr<controller::ControllerClient>> connect(const GlobalOptions& options,
                                                              const Patience& patience) {
  GlobalOptions whole = options;
  const bool complete = !whole.controllers.empty() && !whole.ca.empty() &&
                        !whole.certificate.empty() && !whole.key.empty();
  if (!complete) QUORATE_TRY(complete_from_dev_cluster(whole));
  auto tls = load_tls_files({.ca = whole.ca, .certificate = whole.certificate, .key = whole.key},
                            system_clock().wall_ms());
  if (!tls.is_ok()) return tls.status();
  controller::ClientOptions client;
  client.controllers = split_list(whole.controllers);
  client.tls.ca_pem = std::move(tls->ca_pem);
  client.tls.certificate_pem = std::move(tls->certificate_pem);
  client.tls.key_pem = std::move(tls->key_pem);
  client.attempt_timeout_ms = patience.attempt_timeout_ms;
  client.backoff_max_ms = patience.backoff_max_ms;
  client.backoff_min_ms = std::min(client.backoff_min_ms, patience.backoff_max_ms);
  return controller::ControllerClient::create(std::move(client));
}

}  // namespace quorate::cli
