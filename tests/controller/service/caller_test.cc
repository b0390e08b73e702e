#include "controller/service/caller.h"

#include <vector>

#include <catch2/catch.hpp>

#include "controller/service/gone_probe.h"

namespace quorate::controller {
namespace {

Caller named(const std::string& name) {
  return caller_from(std::vector<std::string>{name});
}

bool may(const std::string& name, ServiceName service) {
  return authorize(named(name), service).is_ok();
}

TEST_CASE("each certificate may use just its services", "[controller][caller][X05][X18]") {
  const std::vector<ServiceName> all = {ServiceName::kAdmin,
                                        ServiceName::kBrokerLifecycle,
                                        ServiceName::kPartitionControl,
                                        ServiceName::kIdAllocator,
                                        ServiceName::kMetadataStream,
                                        ServiceName::kQuery,
                                        ServiceName::kQuorum,
                                        ServiceName::kMaintenance};
  const auto allowed = [&](const std::string& name) {
    std::string text;
    for (const ServiceName service : all)
      text += may(name, service) ? '1' : '0';
    return text;
  };
  CHECK(allowed("admin.quorate") == "10001111");
  CHECK(allowed("broker-7.quorate") == "11111100");
  CHECK(allowed("controller-1.quorate") == "00000010");
  for (const char* stranger : {"",
                               "localhost",
                               "controller.quorate",
                               "broker-.quorate",
                               "broker-x.quorate",
                               "broker-07.quorate",
                               "broker--1.quorate",
                               "broker-7.quorate.evil",
                               "broker-99999999999.quorate",
                               "xadmin.quorate"}) {
    CHECK(allowed(stranger) == "00000000");
  }
}

TEST_CASE("a broker acts in its own name alone", "[controller][caller][X04]") {
  const Caller seven = named("broker-7.quorate");
  CHECK(authorize_as(seven, ServiceName::kBrokerLifecycle, 7).is_ok());
  const Status other = authorize_as(seven, ServiceName::kBrokerLifecycle, 8);
  CHECK(other.code() == Code::kPermissionDenied);
  CHECK(other.message() == "broker-7.quorate may not use BrokerLifecycle for broker 8");
  CHECK_FALSE(authorize_as(named("admin.quorate"), ServiceName::kIdAllocator, 7).is_ok());
}

TEST_CASE("taking brokers away is for administrators alone", "[controller][caller][X04]") {
  CHECK(authorize_administrator(named("admin.quorate")).is_ok());
  for (const char* name : {"broker-7.quorate", "controller-1.quorate", "somebody"}) {
    CHECK(authorize_administrator(named(name)).code() == Code::kPermissionDenied);
  }
}

TEST_CASE("the name that means something is found among others", "[controller][caller]") {
  const std::vector<std::string> names = {
      "localhost", "controller.quorate", "controller-3.quorate"};
  const Caller caller = caller_from(names);
  CHECK(caller.role == CallerRole::kController);
  CHECK(caller.id == 3);
}

TEST_CASE("only a refused connection proves that nobody listens", "[controller][gone_probe]") {
  CHECK(refuses_connections("127.0.0.1", 1, 200));
  CHECK_FALSE(refuses_connections("no.such.host.invalid", 1, 200));
}

}  // namespace
}  // namespace quorate::controller
