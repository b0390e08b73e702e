// KafkaService: takes each request of the listener to whoever answers it.
//
// Owner: Broker. Thread: answer() on the broker thread (the listener's io_context has one thread);
// features() any.
#pragma once

#include <cstdint>

#include "broker-stub/net/request_service.h"
#include "broker-stub/server/producer_ids.h"
#include "broker-stub/server/serving.h"
#include "raft/base/mutex.h"

namespace quorate::broker {

class KafkaService : public RequestService {
 public:
  // All must outlive it.
  KafkaService(Serving& serving, ProducerIds& producer_ids)
      : serving_(serving), producer_ids_(producer_ids) {}

  [[nodiscard]] asio::awaitable<Response> answer(Request request) override;
  [[nodiscard]] Features features() const override;
  // The metadata that features() speaks of.
  void set_metadata(const controller::MetadataImage& image);

 private:
  asio::awaitable<Response> answer_metadata_request(Request request);
  asio::awaitable<Response> answer_init_producer_id(Request request);
  Response answer_now(const Request& request);
  static Features features_of(const controller::MetadataImage& image);

  Serving& serving_;
  ProducerIds& producer_ids_;
  mutable Mutex features_mutex_;
  Features features_ QUORATE_GUARDED_BY(features_mutex_) = features_of({});
};

}  // namespace quorate::broker
