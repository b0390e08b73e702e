#include "controller/image/requests_image.h"

#include <string>

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

DoneRequest done(std::size_t number, std::size_t response_bytes = 1) {
  return {{"p", "r" + std::to_string(number)}, "CreateTopics", std::string(response_bytes, 'x')};
}

TEST_CASE("the last ten thousand answers are kept and the oldest goes first",
          "[controller][requests_image]") {
  RequestsImage requests;
  constexpr std::size_t kExtra = 25;
  for (std::size_t i = 0; i < RequestsImage::kRequestsMax + kExtra; ++i) {
    REQUIRE(requests.add(done(i)).is_ok());
  }
  CHECK(requests.size() == RequestsImage::kRequestsMax);
  CHECK(requests.find({"p", "r24"}) == nullptr);
  CHECK(requests.find({"p", "r25"}) != nullptr);
  CHECK((*requests.in_order().begin()).value->key.request_id == "r25");
  CHECK(requests.find({"other", "r25"}) == nullptr);
}

TEST_CASE("answers are bounded in bytes and the newest is always kept",
          "[controller][requests_image]") {
  RequestsImage requests;
  for (std::size_t i = 0; i < 10; ++i) {
    REQUIRE(requests.add(done(i, RequestsImage::kRequestBytesMax / 4)).is_ok());
  }
  CHECK(requests.size() == 3);
  REQUIRE(requests.add(done(10, RequestsImage::kRequestBytesMax + 1)).is_ok());
  CHECK(requests.size() == 1);
  CHECK(requests.find({"p", "r10"}) != nullptr);
}

TEST_CASE("the hash of answers forgets what is forgotten", "[controller][requests_image]") {
  RequestsImage requests;
  REQUIRE(requests.add(done(1, RequestsImage::kRequestBytesMax)).is_ok());
  REQUIRE(requests.add(done(2)).is_ok());
  RequestsImage only;
  REQUIRE(only.add(done(2)).is_ok());
  CHECK(requests.hash() == only.hash());
  CHECK(requests.add(done(2)).code() == Code::kAlreadyExists);
}

}  // namespace
}  // namespace quorate::controller
