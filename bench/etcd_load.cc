// quorate-etcd-load: durable puts through an etcd cluster, as quorate-kv-load makes them through
// ours: so many logical clients with one unary call at a time, over a few connections to each
// server. Figures as JSON on standard output, with the names of quorate-kv-load.
//
// Thread: gRPC's own threads carry the load; main waits.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <grpcpp/grpcpp.h>
#include <nlohmann/json.hpp>

#include "etcdserverpb/kv.grpc.pb.h"

#include "bench/closed_loop.h"
#include "bench/figures.h"
#include "examples/kv/channel.h"
#include "examples/kv/client_options.h"

namespace quorate::bench {
namespace {

constexpr std::uint64_t kKeys = 10'000;

struct EtcdLoadOptions {
  kv::ClusterOptions cluster;
  std::size_t clients = 64;
  std::size_t connections = 8;
  std::size_t value_bytes = 128;
  double seconds = 5;
  double warmup_seconds = 1;
};

// One call.
struct Put {
  grpc::ClientContext context;
  etcdserverpb::PutRequest request;
  etcdserverpb::PutResponse response;
  ClosedLoop::Done done;
};

class EtcdLink {
 public:
  explicit EtcdLink(const kv::LinkOptions& options) {
    for (std::size_t i = 0; i < options.connections; ++i) {
      for (const std::string& server : options.servers)
        stubs_.push_back(etcdserverpb::KV::NewStub(kv::make_channel(server, options.tls)));
    }
  }

  void put(const raft::SharedBytes& value, ClosedLoop::Done done) {
    const std::uint64_t number = next_.fetch_add(1, std::memory_order_relaxed);
    auto call = std::make_shared<Put>();
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{5});
    // The multiplier spreads the keys; it has no divisor in common with their number.
    call->request.set_key("key-" + std::to_string(number * 7919 % kKeys));
    call->request.set_value(std::string(value.view()));
    call->done = std::move(done);
    stubs_[number % stubs_.size()]->async()->Put(
        &call->context, &call->request, &call->response, [call](const grpc::Status& status) {
          call->done(status.ok() ? Ended::kOk : Ended::kError);
        });
  }

 private:
  std::vector<std::unique_ptr<etcdserverpb::KV::Stub>> stubs_;
  std::atomic<std::uint64_t> next_{0};
};

void wait_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

Status run(const EtcdLoadOptions& options) {
  auto link_options = kv::to_link_options(options.cluster);
  QUORATE_TRY(link_options.status());
  link_options->connections = options.connections;
  EtcdLink link(*link_options);
  ClosedLoop loop([&link](const raft::SharedBytes& value, ClosedLoop::Done done) {
    link.put(value, std::move(done));
  });
  loop.start(options.clients, options.value_bytes);
  wait_for(options.warmup_seconds);
  loop.mark();
  wait_for(options.seconds);
  const Mark mark = loop.mark();
  loop.stop();
  const Figures figures = figures_of(mark, /*cpu_ns=*/0);
  const nlohmann::ordered_json out = {{"mode", "etcd"},
                                      {"clients", options.clients},
                                      {"connections", options.connections},
                                      {"seconds", options.seconds},
                                      {"committed", mark.operations},
                                      {"rejected", 0},
                                      {"unknown", mark.errors},
                                      {"committed_per_second", figures.per_second},
                                      {"p50_ms", figures.p50_us / 1e3},
                                      {"p99_ms", figures.p99_us / 1e3},
                                      {"p999_ms", figures.p999_us / 1e3}};
  std::cout << out.dump(2) << std::endl;
  return Status::ok();
}

void add_options(CLI::App& app, EtcdLoadOptions& options) {
  kv::add_cluster_options(app, options.cluster);
  app.add_option("--clients", options.clients, "Logical clients, one operation at a time each")
      ->check(CLI::Range(1, 65'536));
  app.add_option("--connections", options.connections, "To each server, shared by the clients")
      ->check(CLI::Range(1, 256));
  app.add_option("--value-bytes", options.value_bytes);
  app.add_option("--seconds", options.seconds, "Counted")->check(CLI::Range(0.1, 86'400.0));
  app.add_option("--warmup-seconds", options.warmup_seconds, "Before that, not counted");
}

}  // namespace
}  // namespace quorate::bench

int main(int argc, char** argv) {
  using namespace quorate::bench;
  EtcdLoadOptions options;
  CLI::App app("A load for etcd, to be laid beside that of quorate-kv-load.", "quorate-etcd-load");
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  const quorate::Status status = run(options);
  if (status.is_ok()) return 0;
  std::cerr << "quorate-etcd-load: " << status << '\n';
  return 1;
}
