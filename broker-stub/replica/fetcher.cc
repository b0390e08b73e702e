#include "broker-stub/replica/fetcher.h"

#include <chrono>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/connect.hpp>
#include <asio/detached.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "broker-stub/kafka/api.h"
#include "broker-stub/kafka/messages/headers.h"
#include "broker-stub/replica/topic_ids.h"

namespace quorate::broker {
namespace {

using controller::TopicPartition;

constexpr std::int16_t kVersion = 15;

Status lost(const char* what, const asio::error_code& reason) {
  return {Code::kUnavailable, std::string(what) + ": " + reason.message()};
}

}  // namespace

Fetcher::Fetcher(asio::io_context& io,
                 FetcherOptions options,
                 Replicas& replicas,
                 LeaderAddress leader,
                 std::function<std::uint64_t()> broker_epoch,
                 OnLeaderLink on_link)
    : options_(std::move(options)),
      replicas_(replicas),
      leader_(std::move(leader)),
      broker_epoch_(std::move(broker_epoch)),
      on_link_(std::move(on_link)),
      socket_(io),
      pause_timer_(io),
      deadline_timer_(io) {}

void Fetcher::start() {
  asio::co_spawn(
      socket_.get_executor(), [self = shared_from_this()] { return self->run(); }, asio::detached);
}

void Fetcher::hurry() {
  std::map<TopicPartition, std::int32_t> epochs;
  bool news = false;
  for (const Partition* partition : replicas_.following(leader_.broker)) {
    const TopicPartition id = partition->name().id;
    epochs[id] = partition->leader_epoch();
    const auto before = followed_.find(id);
    news = news || before == followed_.end() || before->second != partition->leader_epoch();
  }
  followed_ = std::move(epochs);
  if (!news) return;
  hurried_ = true;
  paused_until_ms_.clear();
  pause_timer_.cancel();
  // An answer that is being waited for does not know of the new partitions.
  if (connected_) disconnect();
}

void Fetcher::stop() {
  stopped_ = true;
  pause_timer_.cancel();
  disconnect();
}

void Fetcher::disconnect() {
  asio::error_code ignored;
  deadline_timer_.cancel();
  socket_.close(ignored);
  connected_ = false;
}

void Fetcher::tell(const Status& link) {
  if (link_told_ && link_told_ok_ == link.is_ok()) return;
  link_told_ = true;
  link_told_ok_ = link.is_ok();
  on_link_(leader_, link);
}

asio::awaitable<void> Fetcher::run() {
  while (!stopped_) {
    hurried_ = false;
    if (what_to_ask().empty()) {
      co_await pause(options_.pause_ms);
      continue;
    }
    Status status;
    if (!connected_) status = co_await connect();
    if (status.is_ok() && !stopped_) status = co_await fetch_once();
    if (stopped_) break;
    if (!status.is_ok()) {
      disconnect();
      if (hurried_) continue;
      tell(status);
      co_await pause(options_.pause_ms);
    }
  }
}

asio::awaitable<void> Fetcher::pause(std::int64_t duration_ms) {
  if (stopped_ || hurried_) co_return;
  pause_timer_.expires_after(std::chrono::milliseconds(duration_ms));
  asio::error_code ignored;
  co_await pause_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// Closes the socket when the time is over: whatever waits on it then fails.
void Fetcher::watch_deadline(std::int64_t timeout_ms) {
  deadline_timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  deadline_timer_.async_wait([self = shared_from_this()](const asio::error_code& reason) {
    if (!reason) self->disconnect();
  });
}

asio::awaitable<Status> Fetcher::connect() {
  asio::error_code reason;
  asio::ip::tcp::resolver resolver(socket_.get_executor());
  const auto found =
      co_await resolver.async_resolve(leader_.host,
                                      std::to_string(leader_.port),
                                      asio::redirect_error(asio::use_awaitable, reason));
  if (reason) co_return lost("resolve", reason);
  if (stopped_) co_return Status(Code::kShutdown, "stopped");
  watch_deadline(options_.connect_timeout_ms);
  co_await asio::async_connect(socket_, found, asio::redirect_error(asio::use_awaitable, reason));
  deadline_timer_.cancel();
  if (reason) co_return lost("connect", reason);
  socket_.set_option(asio::ip::tcp::no_delay(true), reason);
  connected_ = true;
  co_return Status();
}

Fetcher::Asked Fetcher::what_to_ask() const {
  Asked asked;
  const std::int64_t now = replicas_.now_ms();
  for (Partition* partition : replicas_.following(leader_.broker)) {
    const auto paused = paused_until_ms_.find(partition->name().id);
    if (paused != paused_until_ms_.end() && now < paused->second) continue;
    asked.emplace(partition->name().id, partition->position());
  }
  return asked;
}

std::string Fetcher::request_frame(const Asked& asked) {
  kafka::FetchRequest request;
  request.cluster_id = options_.cluster_id;
  request.replica_state = {.replica_id = options_.me,
                           .replica_epoch = static_cast<std::int64_t>(broker_epoch_())};
  // While some partitions pause, the others must not make them wait any longer than that.
  const bool pausing = !paused_until_ms_.empty();
  request.max_wait_ms =
      pausing ? static_cast<std::int32_t>(options_.pause_ms) : options_.wait_max_ms;
  request.min_bytes = 1;
  request.max_bytes = options_.response_bytes_max;
  for (const auto& [id, position] : asked) {
    const kafka::Uuid topic = to_kafka(id.topic);
    if (request.topics.empty() || request.topics.back().topic_id != topic) {
      request.topics.push_back({.topic = {}, .topic_id = topic, .partitions = {}});
    }
    request.topics.back().partitions.push_back(
        {.partition = id.partition,
         .current_leader_epoch = position.leader_epoch,
         .fetch_offset = position.offset,
         .last_fetched_epoch = position.last_fetched_epoch,
         .log_start_offset = 0,
         .partition_max_bytes = options_.partition_bytes_max});
  }
  const kafka::Api& api = kafka::api_of(kafka::ApiKey::kFetch);
  kafka::Writer body;
  kafka::RequestHeader header;
  header.request_api_key = static_cast<std::int16_t>(api.key);
  header.request_api_version = kVersion;
  header.correlation_id = ++correlation_id_;
  header.client_id = "quorate-broker";
  header.encode(body, api.request_header_version(kVersion));
  request.encode(body, kVersion);
  const std::string content = body.take_string();
  kafka::Writer frame;
  frame.int32(static_cast<std::int32_t>(content.size()));
  frame.raw(content);
  return frame.take_string();
}

asio::awaitable<Result<std::string>> Fetcher::exchange(std::string frame, std::int64_t timeout_ms) {
  asio::error_code reason;
  const auto token = [&reason] { return asio::redirect_error(asio::use_awaitable, reason); };
  watch_deadline(timeout_ms);
  co_await asio::async_write(socket_, asio::buffer(frame), token());
  if (reason) co_return lost("write", reason);
  std::string prefix(4, '\0');
  co_await asio::async_read(socket_, asio::buffer(prefix), token());
  if (reason) co_return lost("read", reason);
  const std::int32_t size = kafka::Reader(prefix).int32();
  if (size < 4 || static_cast<std::size_t>(size) > options_.frame_bytes_max) {
    co_return Status(Code::kCorruption, "an answer of " + std::to_string(size) + " bytes");
  }
  std::string answer(static_cast<std::size_t>(size), '\0');
  co_await asio::async_read(socket_, asio::buffer(answer), token());
  if (reason) co_return lost("read", reason);
  deadline_timer_.cancel();
  co_return answer;
}

asio::awaitable<Status> Fetcher::fetch_once() {
  const Asked asked = what_to_ask();
  if (asked.empty()) co_return Status();
  const auto answer =
      co_await exchange(request_frame(asked), options_.wait_max_ms + options_.answer_timeout_ms);
  if (!answer.is_ok()) co_return answer.status();
  if (stopped_) co_return Status();
  co_return take(asked, *answer);
}

Status Fetcher::take(const Asked& asked, const std::string& frame) {
  kafka::Reader in(frame);
  kafka::ResponseHeader header;
  QUORATE_TRY(
      header.decode(in, kafka::api_of(kafka::ApiKey::kFetch).response_header_version(kVersion)));
  if (header.correlation_id != correlation_id_) {
    return {Code::kCorruption, "an answer to another request"};
  }
  kafka::FetchResponse response;
  QUORATE_TRY(response.decode(in, kVersion));
  if (response.error_code != kafka::ErrorCode::kNone) {
    return {Code::kUnavailable, "fetch refused: " + std::string(to_string(response.error_code))};
  }
  tell(Status());
  paused_until_ms_.clear();
  for (const auto& topic : response.responses) {
    for (const auto& data : topic.partitions) {
      const TopicPartition id{from_kafka(topic.topic_id), data.partition_index};
      const auto found = asked.find(id);
      if (found != asked.end()) take_partition(id, found->second, data);
    }
  }
  return {};
}

void Fetcher::take_partition(const TopicPartition& id,
                             const FetchPosition& asked,
                             const kafka::FetchResponse::PartitionData& data) {
  Partition* partition = replicas_.find(id);
  if (partition == nullptr) return;
  LeaderAnswer answer{.error = data.error_code, .high_watermark = data.high_watermark};
  if (data.diverging_epoch.epoch >= 0) {
    answer.diverging = EpochEnd{data.diverging_epoch.epoch, data.diverging_epoch.end_offset};
  }
  const std::string_view records = data.records ? data.records->bytes : std::string_view();
  if (partition->on_answer(asked, answer, records) == FollowerStep::kWait) {
    paused_until_ms_[id] = replicas_.now_ms() + options_.pause_ms;
  }
}

Fetchers::Fetchers(asio::io_context& io,
                   FetcherOptions options,
                   Replicas& replicas,
                   std::function<std::uint64_t()> broker_epoch,
                   OnLeaderLink on_link)
    : io_(io),
      options_(std::move(options)),
      replicas_(replicas),
      broker_epoch_(std::move(broker_epoch)),
      on_link_(std::move(on_link)) {}

void Fetchers::follow(const controller::MetadataImage& image, const std::string& listener) {
  std::map<BrokerId, std::shared_ptr<Fetcher>> wanted;
  for (const BrokerId id : replicas_.leaders()) {
    const controller::BrokerRegistration* broker = image.cluster.find(id);
    if (broker == nullptr) continue;
    for (const controller::Endpoint& endpoint : broker->endpoints) {
      if (endpoint.listener != listener) continue;
      const LeaderAddress address{id, endpoint.host, endpoint.port};
      const auto found = fetchers_.find(id);
      if (found != fetchers_.end() && found->second->leader() == address) {
        wanted.emplace(id, found->second);
        found->second->hurry();
        break;
      }
      const auto fresh =
          std::make_shared<Fetcher>(io_, options_, replicas_, address, broker_epoch_, on_link_);
      wanted.emplace(id, fresh);
      fresh->start();
      break;
    }
  }
  for (const auto& [id, fetcher] : fetchers_) {
    const auto kept = wanted.find(id);
    if (kept == wanted.end() || kept->second != fetcher) fetcher->stop();
  }
  fetchers_ = std::move(wanted);
}

void Fetchers::stop() {
  for (const auto& [id, fetcher] : fetchers_)
    fetcher->stop();
  fetchers_.clear();
}

}  // namespace quorate::broker
