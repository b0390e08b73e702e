#include "bench/controller_bench_cluster.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <limits>
#include <thread>
#include <utility>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/metadata_stream.pb.h"
#include "quorate/controller/v1/query.pb.h"

#include "bench/controller_bench_broker.h"
#include "bench/process.h"
#include "cli/process.h"
#include "controller/client/controller_client.h"
#include "controller/client/metadata_follower.h"
#include "raft/base/clock.h"

namespace quorate::bench {
namespace {

namespace v1 = controller::v1;

constexpr std::int32_t kBrokers = 3;

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// Watches the metadata log for the batch that creates a topic.
class CreationWatch final : public controller::MetadataListener {
 public:
  Status on_snapshot(const controller::MetadataSnapshot& /*snapshot*/) override {
    return Status::ok();
  }
  Status on_batch(const v1::RecordBatch& batch) override {
    for (const v1::Record& record : batch.records()) {
      if (record.has_topic()) bytes_.store(batch.ByteSizeLong());
    }
    return Status::ok();
  }
  void on_position(const v1::Position& /*position*/) override {}

  // 0: not seen yet.
  [[nodiscard]] std::size_t bytes() const { return bytes_.load(); }

 private:
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace

ControllerCluster::ControllerCluster(cli::DevCluster layout) : layout_(std::move(layout)) {}

Result<std::unique_ptr<ControllerCluster>> ControllerCluster::start(const std::string& dir) {
  auto layout = cli::lay_out(dir, {.controllers = 3, .brokers = kBrokers});
  QUORATE_TRY(layout.status());
  std::unique_ptr<ControllerCluster> cluster(new ControllerCluster(std::move(layout).value()));
  QUORATE_TRY(cli::write_cluster_files(cluster->layout_));
  QUORATE_TRY(cluster->start_controllers());
  QUORATE_TRY(cluster->start_brokers());
  return cluster;
}

Status ControllerCluster::start_controllers() {
  for (const cli::DevProcess& process : layout_.processes) {
    if (process.kind != cli::ProcessKind::kController) continue;
    const auto started = cli::start_process({cli::own_directory() + "/quorate-controller",
                                             "--config",
                                             layout_.path_of(process, "server.properties")},
                                            layout_.path_of(process, "log"));
    QUORATE_TRY(started.status());
    controllers_.push_back(*started);
  }
  auto admin = client("admin");
  QUORATE_TRY(admin.status());
  admin_ = std::move(admin).value();
  return active().status();
}

Status ControllerCluster::start_brokers() {
  const auto cluster = raft::parse_uuid(layout_.cluster_id);
  if (!cluster) return {Code::kInternal, layout_.cluster_id + " is no cluster id"};
  for (std::int32_t id = 1; id <= kBrokers; ++id) {
    auto connection = client("broker-" + std::to_string(id));
    QUORATE_TRY(connection.status());
    auto broker = SilentBroker::start(std::move(connection).value(), *cluster, id);
    QUORATE_TRY(broker.status());
    brokers_.push_back(std::move(broker).value());
  }
  const bool all_active = eventually([this] {
    return std::ranges::all_of(brokers_, [](const auto& broker) { return broker->is_active(); });
  });
  return all_active ? Status::ok() : Status(Code::kTimedOut, "the brokers stay fenced");
}

ControllerCluster::~ControllerCluster() {
  brokers_.clear();
  admin_.reset();
  for (const cli::ProcessRef& controller : controllers_)
    cli::send_signal(controller, SIGKILL);
  for (const cli::ProcessRef& controller : controllers_)
    eventually([&] { return !cli::is_alive(controller); });
  std::error_code ignored;  // what cannot be removed stays
  std::filesystem::remove_all(layout_.dir, ignored);
}

Result<std::unique_ptr<controller::ControllerClient>> ControllerCluster::client(
    const std::string& name) const {
  auto tls = load_tls_files({.ca = layout_.tls_path("ca.pem"),
                             .certificate = layout_.tls_path(name + ".pem"),
                             .key = layout_.tls_path(name + ".key")},
                            system_clock().wall_ms());
  QUORATE_TRY(tls.status());
  controller::ClientOptions options;
  options.controllers = layout_.address_list(cli::ProcessKind::kController);
  options.tls = {
      .ca_pem = tls->ca_pem, .certificate_pem = tls->certificate_pem, .key_pem = tls->key_pem};
  return controller::ControllerClient::create(std::move(options));
}

Result<TopicServer> ControllerCluster::active() {
  TopicServer server;
  const bool found = eventually([&] {
    for (const std::string& address : admin_->controllers()) {
      const auto answer = admin_->describe_quorum(address, {.timeout_ms = 500});
      if (answer.is_ok() && answer->role() == "leader") server.address = address;
    }
    return !server.address.empty();
  });
  if (!found) return Status(Code::kTimedOut, "no controller leads");
  auto tls = load_tls_files({.ca = layout_.tls_path("ca.pem"),
                             .certificate = layout_.tls_path("admin.pem"),
                             .key = layout_.tls_path("admin.key")},
                            system_clock().wall_ms());
  QUORATE_TRY(tls.status());
  server.tls = std::move(tls).value();
  return server;
}

Result<std::size_t> ControllerCluster::entry_bytes(std::int32_t partitions) {
  CreationWatch watch;
  auto follower = controller::MetadataFollower::start(*admin_, watch, {}, nullptr);
  if (!eventually([&] { return follower->next_offset() > 0; })) {
    return Status(Code::kTimedOut, "the metadata stream stays silent");
  }
  const auto answer =
      admin_->create_topics(creation(std::numeric_limits<std::uint32_t>::max(), partitions), {});
  QUORATE_TRY(answer.status());
  if (!eventually([&] { return watch.bytes() > 0; })) {
    return Status(Code::kTimedOut, "a topic was created but does not show");
  }
  follower->stop();
  return watch.bytes();
}

std::int64_t ControllerCluster::cpu_ns() const {
  std::int64_t sum = 0;
  for (const cli::ProcessRef& controller : controllers_)
    sum += cpu_ns_of(controller.pid);
  return sum;
}

}  // namespace quorate::bench
