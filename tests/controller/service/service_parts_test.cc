// Whom a request is decided for.
#include "controller/service/service_parts.h"

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

const Caller kForwarder{CallerRole::kBroker, 1, "broker-1.quorate"};
const Caller kOperator{CallerRole::kAdmin, -1, "admin.quorate"};

QuotaClient client_asking(const Caller& caller, const v1::RequestMeta& meta) {
  ServiceParts parts;
  parts.clock = &system_clock();
  return command_meta(parts, caller, meta).client;
}

TEST_CASE("a broker speaks for its clients and an administrator for nobody else",
          "[service][service_parts][QUO-2]") {
  v1::RequestMeta meta;
  meta.mutable_client()->set_user("alice");
  meta.mutable_client()->set_client_id("tool");
  CHECK(client_asking(kForwarder, meta).user == "alice");
  CHECK(client_asking(kOperator, meta).user == "admin.quorate");
  CHECK(client_asking(kOperator, meta).client_id == "tool");
  CHECK(client_asking(kForwarder, meta).over == OverQuota::kRefused);
  meta.mutable_client()->set_delayed(true);
  CHECK(client_asking(kForwarder, meta).over == OverQuota::kDelayed);
}

TEST_CASE("who asks in no other name asks in its own", "[service][service_parts][QUO-2]") {
  CHECK(client_asking(kForwarder, {}).user == "broker-1.quorate");
  CHECK(client_asking(kForwarder, {}).client_id.empty());
  CHECK(client_asking(kOperator, {}).user == "admin.quorate");
}

}  // namespace
}  // namespace quorate::controller
