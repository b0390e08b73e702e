#include "tests/broker-stub/server/serving_broker.h"

#include <chrono>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include "broker-stub/replica/topic_ids.h"
#include "broker-stub/server/kafka_service.h"
#include "controller/client/controller_client.h"
#include "raft/base/clock.h"
#include "tests/broker-stub/log/log_scratch.h"

namespace quorate::broker {
namespace {

constexpr controller::BrokerId kMe = 1;

controller::Partition partition(controller::BrokerList replicas, std::int32_t epoch) {
  controller::Partition state;
  state.isr = replicas;
  state.leader = replicas[0];
  state.replicas = std::move(replicas);
  state.leader_epoch = epoch;
  return state;
}

controller::MetadataImage orders() {
  controller::MetadataImage image;
  REQUIRE(image.topics.add_topic(kOrders, "orders").is_ok());
  REQUIRE(image.topics.add_partition({kOrders, 0}, partition({1, 2}, 4)).is_ok());
  REQUIRE(image.topics.add_partition({kOrders, 1}, partition({2, 1}, 6)).is_ok());
  REQUIRE(image.topics.add_partition({kOrders, 2}, partition({2}, 1)).is_ok());
  return image;
}

// A client of nobody that gives up at once.
std::unique_ptr<controller::ControllerClient> lonely_client() {
  controller::ClientOptions options;
  options.controllers = {"127.0.0.1:1"};
  options.tls = {.ca_pem = "none", .certificate_pem = "none", .key_pem = "none"};
  auto client = controller::ControllerClient::create(std::move(options)).value();
  client->shutdown();
  return client;
}

std::unique_ptr<Replicas> open_replicas(LogDirectory& directory) {
  auto replicas =
      Replicas::open({.me = kMe}, directory, system_clock(), [](const PartitionEvent&) {});
  REQUIRE(replicas.is_ok());
  return *std::move(replicas);
}

}  // namespace

// Destroyed from the last to the first, as in Broker.
struct ServingBroker::Parts {
  explicit Parts(std::unique_ptr<controller::ControllerClient> controllers)
      : client(std::move(controllers)) {
    apply(orders());
  }
  ~Parts() {
    client->shutdown();
    calls.stop();
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void apply(controller::MetadataImage next) {
    const auto after = std::make_shared<const controller::MetadataImage>(std::move(next));
    replicas->apply(plan_all(*image.get(), *after, kMe), *after);
    replicas->reconfigure(*after);
    image.set(after);
  }

  ScratchDirectory scratch;
  LogDirectory directory =
      LogDirectory::open(scratch.path(), {.cluster_id = kServingCluster, .node_id = kMe}, {})
          .value();
  std::unique_ptr<controller::ControllerClient> client;
  ControllerCalls calls{*client, {}};
  std::unique_ptr<Replicas> replicas = open_replicas(directory);
  AppliedImage image;
  BrokerOptions options{.node_id = kMe, .message_bytes_max = 1 << 20, .auto_create_topics = true};
  Serving serving{.options = options,
                  .view = {kServingCluster, "PLAINTEXT"},
                  .statics = {},
                  .image = image,
                  .replicas = *replicas,
                  .calls = calls,
                  .broker_epoch = [] { return std::uint64_t{7}; },
                  .counters = {}};
  ProducerIds producer_ids{calls, kMe, serving.broker_epoch};
  KafkaService service{serving, producer_ids};
  asio::io_context io{1};
};

ServingBroker::ServingBroker() : ServingBroker(lonely_client()) {}

ServingBroker::ServingBroker(std::unique_ptr<controller::ControllerClient> client)
    : parts_(std::make_unique<Parts>(std::move(client))) {}

ServingBroker::~ServingBroker() = default;

void ServingBroker::elect(std::int32_t leader) {
  controller::MetadataImage next = *parts_->image.get();
  controller::Partition state = *next.topics.find({kOrders, 0});
  state.leader = leader;
  ++state.leader_epoch;
  ++state.partition_epoch;
  REQUIRE(next.topics.put_partition({kOrders, 0}, state).is_ok());
  parts_->apply(std::move(next));
}

void ServingBroker::set_isr(controller::BrokerList isr) {
  controller::MetadataImage next = *parts_->image.get();
  controller::Partition state = *next.topics.find({kOrders, 0});
  state.isr = std::move(isr);
  ++state.partition_epoch;
  REQUIRE(next.topics.put_partition({kOrders, 0}, state).is_ok());
  parts_->apply(std::move(next));
}

void ServingBroker::set_min_insync_replicas(int count) {
  controller::MetadataImage next = *parts_->image.get();
  next.configs.set({controller::ConfigResourceType::kTopic, "orders"},
                   "min.insync.replicas",
                   std::to_string(count));
  parts_->apply(std::move(next));
}

Pending ServingBroker::begin_bytes(kafka::ApiKey key, std::int16_t version, std::string body) {
  const auto frame = std::make_shared<Frame>();
  frame->bytes = std::move(body);
  Request request{.api = &kafka::api_of(key), .version = version};
  request.body = frame->bytes;
  request.frame = frame;
  auto pending = std::make_shared<std::optional<Answered>>();
  const auto work = [this, pending, request]() -> asio::awaitable<void> {
    const Response response = co_await parts_->service.answer(request);
    Answered answered{
        .kind = static_cast<Answered::Kind>(response.kind), .body = {}, .reason = response.reason};
    for (const kafka::Slice& slice : response.body)
      answered.body += slice.bytes;
    *pending = std::move(answered);
  };
  asio::co_spawn(parts_->io, work, asio::detached);
  poll();
  return pending;
}

void ServingBroker::poll() {
  parts_->io.restart();
  parts_->io.poll();
}

Answered ServingBroker::end(const Pending& pending) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!*pending && std::chrono::steady_clock::now() < deadline) {
    parts_->io.restart();
    parts_->io.run_one_until(deadline);
  }
  REQUIRE(pending->has_value());
  return **pending;
}

}  // namespace quorate::broker
