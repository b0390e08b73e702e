// Fetcher: copies from one leader broker everything that this broker follows there, over the Kafka
// Fetch protocol on that broker's client listener.
//
//   connect ─▶ [ ask for all that follow ─▶ append / truncate each ]* ─▶ lost ─▶ pause ─▶ connect
//
// A partition that is refused pauses alone; the others go on. hurry() cuts short what is being
// waited for, so that a new leader is asked at once.
//
// Plaintext for now, like the listener it talks to: both belong on loopback or a trusted network
// (docs/security.md).
//
// Owner: Fetchers (shared with its own coroutine). Thread: the broker thread.
// Source: Kafka's replica fetcher; Fetch version 15.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include "broker-stub/kafka/messages/fetch.h"
#include "broker-stub/replica/replicas.h"
#include "raft/base/status.h"

namespace quorate::broker {

struct FetcherOptions {
  BrokerId me = controller::kNoBroker;
  std::string cluster_id;
  std::int32_t wait_max_ms = 500;              // replica.fetch.wait.max.ms
  std::int32_t partition_bytes_max = 1 << 20;  // replica.fetch.max.bytes
  std::int32_t response_bytes_max = 10 << 20;  // replica.fetch.response.max.bytes
  std::size_t frame_bytes_max = 128U << 20U;   // a longer answer ends the connection
  std::int64_t connect_timeout_ms = 2000;
  std::int64_t answer_timeout_ms = 5000;  // beyond wait_max_ms
  std::int64_t pause_ms = 50;             // after a lost connection or a refused partition
};

struct LeaderAddress {
  BrokerId broker = controller::kNoBroker;
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const LeaderAddress&, const LeaderAddress&) = default;
};

// Called when a connection is made (ok) and when it is lost (why); once per change.
using OnLeaderLink = std::function<void(const LeaderAddress&, const Status&)>;

class Fetcher : public std::enable_shared_from_this<Fetcher> {
 public:
  // `replicas` must outlive the coroutine: stop(), then run the io_context dry.
  Fetcher(asio::io_context& io,
          FetcherOptions options,
          Replicas& replicas,
          LeaderAddress leader,
          std::function<std::uint64_t()> broker_epoch,
          OnLeaderLink on_link);

  void start();
  // What follows this leader may have changed: if there is something new, ask now.
  void hurry();
  // Ends soon; touches nothing afterwards.
  void stop();
  [[nodiscard]] const LeaderAddress& leader() const { return leader_; }

 private:
  using Asked = std::map<controller::TopicPartition, FetchPosition>;

  asio::awaitable<void> run();
  asio::awaitable<Status> connect();
  asio::awaitable<Status> fetch_once();
  asio::awaitable<Result<std::string>> exchange(std::string frame, std::int64_t timeout_ms);
  asio::awaitable<void> pause(std::int64_t duration_ms);
  [[nodiscard]] Asked what_to_ask() const;
  [[nodiscard]] std::string request_frame(const Asked& asked);
  Status take(const Asked& asked, const std::string& frame);
  void take_partition(const controller::TopicPartition& id,
                      const FetchPosition& asked,
                      const kafka::FetchResponse::PartitionData& data);
  void watch_deadline(std::int64_t timeout_ms);
  void disconnect();
  void tell(const Status& link);

  FetcherOptions options_;
  Replicas& replicas_;
  LeaderAddress leader_;
  std::function<std::uint64_t()> broker_epoch_;
  OnLeaderLink on_link_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer pause_timer_;
  asio::steady_timer deadline_timer_;
  std::map<controller::TopicPartition, std::int64_t> paused_until_ms_;
  std::map<controller::TopicPartition, std::int32_t> followed_;  // leader epochs, at last hurry()
  std::int32_t correlation_id_ = 0;
  bool connected_ = false;
  bool link_told_ok_ = false;
  bool link_told_ = false;
  bool stopped_ = false;
  bool hurried_ = false;
};

// One Fetcher per broker that leads something we follow.
class Fetchers {
 public:
  Fetchers(asio::io_context& io,
           FetcherOptions options,
           Replicas& replicas,
           std::function<std::uint64_t()> broker_epoch,
           OnLeaderLink on_link);
  // Starts, moves and stops fetchers as `image` demands; `listener` names the endpoint to use.
  void follow(const controller::MetadataImage& image, const std::string& listener);
  void stop();

 private:
  asio::io_context& io_;
  FetcherOptions options_;
  Replicas& replicas_;
  std::function<std::uint64_t()> broker_epoch_;
  OnLeaderLink on_link_;
  std::map<BrokerId, std::shared_ptr<Fetcher>> fetchers_;
};

}  // namespace quorate::broker
