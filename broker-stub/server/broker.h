// Broker: one broker process put together: joins the cluster, follows its metadata, serves Kafka
// clients, replicates, and leaves.
//
//   start: take the directory ▸ listen ▸ follow the metadata ▸ register ▸ (unfenced) ready
//   stop:  hand over ▸ stop listening ▸ sync and close the logs ▸ mark the stop as clean
//
// Threads: the broker thread runs the io_context and owns replicas, requests, fetchers and timers;
// the metadata follower's and the session's threads only post to it; controller calls wait on a
// small pool. A request therefore never sees half of a metadata change.
//
// Owner: main. Thread: start(), stop() and the destructor by main; ready() any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "broker-stub/log/log_directory.h"
#include "broker-stub/metadata/metadata_replayer.h"
#include "broker-stub/net/listener.h"
#include "broker-stub/replica/fetcher.h"
#include "broker-stub/replica/replicas.h"
#include "broker-stub/server/broker_report.h"
#include "broker-stub/server/kafka_service.h"
#include "controller/client/broker_session.h"
#include "controller/client/controller_client.h"
#include "controller/client/metadata_follower.h"
#include "daemon/http_server.h"

namespace quorate::broker {

// Told at most once, from any thread: the process cannot go on.
using OnFatal = std::function<void(const Status& why)>;

class Broker : private controller::SessionListener {
 public:
  // Everything is running when it returns; ready() tells when clients can be served. `statics` is
  // what DescribeConfigs says of this broker's own configuration.
  static Result<std::unique_ptr<Broker>> start(BrokerOptions options,
                                               TlsMaterial tls,
                                               StaticConfigs statics,
                                               BrokerReport& report,
                                               OnFatal on_fatal);
  ~Broker() override;
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // The port of the Kafka listener.
  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  [[nodiscard]] std::vector<ReadyCheck> ready() const;
  // Hands over what it leads (as long as the options allow), closes everything. Ok when the stop
  // was clean and is marked so. Idempotent.
  Status stop();

 private:
  Broker(BrokerOptions options, StaticConfigs statics, BrokerReport& report, OnFatal on_fatal);

  Status open(const TlsMaterial& tls);
  Status open_directory();
  Status open_client(const TlsMaterial& tls);
  void build_service(StaticConfigs statics);
  Status start_listener();
  void start_following();
  void start_session();

  // SessionListener; on the session's thread.
  void on_registered(std::uint64_t epoch) override;
  void on_state(controller::SessionState state) override;
  void on_registration_failed(const Status& why) override;
  void on_refused(const Status& why) override;

  // On the broker thread.
  void apply(const MetadataChange& change);
  void tick();
  void tick_slowly();
  asio::awaitable<void> send_proposals(std::vector<ProposedIsr> proposals);

  void wait_until_left();
  Status close_on_broker_thread();
  void stop_threads();

  BrokerOptions options_;
  StaticConfigs statics_;
  BrokerReport& report_;
  OnFatal on_fatal_;

  // Destroyed from the last to the first: the io_context goes before whatever its coroutines use.
  std::optional<LogDirectory> directory_;
  std::optional<std::uint64_t> previous_epoch_;
  std::unique_ptr<controller::ControllerClient> client_;
  std::unique_ptr<ControllerCalls> calls_;
  std::unique_ptr<Replicas> replicas_;
  AppliedImage image_;
  const controller::Uuid incarnation_;
  ProcessPlans plans_;  // broker thread
  std::unique_ptr<ProducerIds> producer_ids_;
  std::unique_ptr<Serving> serving_;
  std::unique_ptr<KafkaService> service_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::steady_timer tick_timer_{io_};
  asio::steady_timer slow_timer_{io_};
  std::unique_ptr<Fetchers> fetchers_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<MetadataReplayer> replayer_;
  std::unique_ptr<controller::MetadataFollower> follower_;
  std::unique_ptr<controller::BrokerSession> session_;
  std::thread thread_;

  std::atomic<std::uint64_t> broker_epoch_ = 0;  // 0 is an epoch too
  std::atomic<bool> registered_ = false;
  std::atomic<std::uint64_t> applied_offset_ = 0;
  std::atomic<std::uint64_t> known_end_offset_ = 0;
  std::atomic<std::size_t> offline_partitions_ = 0;
  std::atomic<bool> was_active_ = false;
  bool proposals_in_flight_ = false;  // broker thread
  bool stopping_ = false;             // broker thread
  bool stopped_ = false;              // main

  mutable std::mutex state_mutex_;
  std::condition_variable state_changed_;
  controller::SessionState state_ = controller::SessionState::kRegistering;
};

}  // namespace quorate::broker
