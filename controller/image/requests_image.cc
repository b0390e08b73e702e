#include "controller/image/requests_image.h"

#include <utility>

#include "controller/image/entity_hash.h"
#include "raft/base/check.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kRequestsHashTag = 0x72657175;  // "requ"

std::uint64_t entity_hash(const DoneRequest& done) {
  EntityHash hash(kRequestsHashTag);
  hash.add_text(done.key.principal).add_text(done.key.request_id).add_text(done.method);
  return hash.add_text(done.response).value();
}

std::size_t bytes_of(const DoneRequest& done) {
  return done.key.principal.size() + done.key.request_id.size() + done.method.size() +
         done.response.size();
}

}  // namespace

const DoneRequest* RequestsImage::find(const RequestKey& key) const {
  const std::uint64_t* number = numbers_.find(key);
  return number == nullptr ? nullptr : in_order_.find(*number)->get();
}

Status RequestsImage::add(DoneRequest done) {
  if (done.key.request_id.empty()) return {Code::kInvalidArgument, "an answer without request id"};
  if (numbers_.contains(done.key)) {
    return {Code::kAlreadyExists, "request " + done.key.request_id + " was answered before"};
  }
  hash_ += entity_hash(done);
  bytes_ += bytes_of(done);
  numbers_.set(done.key, next_number_);
  in_order_.set(next_number_++, std::make_shared<const DoneRequest>(std::move(done)));
  // The newest stays, however large.
  while (in_order_.size() > 1 && (in_order_.size() > kRequestsMax || bytes_ > kRequestBytesMax)) {
    forget_oldest();
  }
  return Status::ok();
}

void RequestsImage::forget_oldest() {
  const auto oldest = *in_order_.begin();
  const std::uint64_t number = oldest.key;
  const std::shared_ptr<const DoneRequest> done = oldest.value;
  hash_ -= entity_hash(*done);
  bytes_ -= bytes_of(*done);
  QUORATE_CHECK(numbers_.erase(done->key));
  QUORATE_CHECK(in_order_.erase(number));
}

}  // namespace quorate::controller
