#include "examples/kv/client_options.h"

#include "raft/base/clock.h"

namespace quorate::kv {

void add_cluster_options(CLI::App& app, ClusterOptions& options) {
  app.set_config("--config", "", "File with these options, e.g. client.conf of quorate-kv init");
  app.add_option("--servers", options.servers, "host:port of every server")->delimiter(',');
  app.add_option("--ca", options.tls.ca, "Authority of all certificates, PEM");
  app.add_option("--certificate", options.tls.certificate, "Ours, PEM");
  app.add_option("--key", options.tls.key, "Its key, PEM, readable by its owner alone");
}

Result<LinkOptions> to_link_options(const ClusterOptions& options) {
  if (options.servers.empty()) {
    return Status(Code::kInvalidArgument, "no --servers; is there a --config?");
  }
  auto tls = raft::load_tls(options.tls, system_clock().wall_ms());
  QUORATE_TRY(tls.status());
  LinkOptions link;
  link.servers = options.servers;
  link.tls = std::move(tls).value();
  return link;
}

}  // namespace quorate::kv
