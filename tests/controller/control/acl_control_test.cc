// How access control entries are created and deleted: ACL-1, ACL-2.
#include "controller/control/acl_control.h"

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

AclBinding may_read(const std::string& topic, const std::string& principal = "User:alice") {
  return {AclResourceType::kTopic,
          topic,
          AclPatternType::kLiteral,
          principal,
          "*",
          AclOperation::kRead,
          AclPermission::kAllow};
}

AclFilter of_topic(const std::string& topic) {
  AclFilter filter;
  filter.resource_type = AclResourceType::kTopic;
  filter.resource_name = topic;
  return filter;
}

struct AclControlFixture {
  CreateAclsAnswer create(const std::vector<AclBinding>& bindings) {
    CreateAcls command;
    for (const AclBinding& binding : bindings)
      command.acls.push_back({binding, {7, ++next_id}});
    return cluster.decide(command).answer;
  }
  DeleteAclsAnswer remove(std::vector<AclFilter> filters) {
    return cluster.decide(DeleteAcls{std::move(filters)}).answer;
  }
  const AclsImage& image() { return cluster.control.pending().acls; }

  Cluster cluster;
  std::uint64_t next_id = 0;
};

TEST_CASE("an entry is created once however often it is asked for", "[control][acl][ACL-1]") {
  AclControlFixture f;
  const auto answer = f.create({may_read("orders"), may_read("orders"), may_read("payments")});
  REQUIRE(answer.acls.size() == 3);
  for (const CreateAclAnswer& one : answer.acls)
    CHECK(one.error == v1::NONE);
  CHECK(f.cluster.last_records.size() == 2);
  CHECK(f.cluster.last_rule == "ACL-1");
  CHECK(f.cluster.last_trace.find("'User:alice' at '*' may READ TOPIC 'orders'") !=
        std::string::npos);
  CHECK(f.create({may_read("orders")}).acls.at(0).error == v1::NONE);
  CHECK(f.cluster.last_records.empty());
  CHECK(f.image().bindings().size() == 2);
}

TEST_CASE("what no entry may say is refused entry by entry", "[control][acl][ACL-1]") {
  AclControlFixture f;
  const auto refused = [&f](auto change) {
    AclBinding binding = may_read("orders");
    change(binding);
    const auto answer = f.create({binding, may_read("payments")});
    CHECK(answer.acls.at(1).error == v1::NONE);
    CHECK_FALSE(answer.acls.at(0).error_message.empty());
    return answer.acls.at(0).error == v1::INVALID_REQUEST;
  };
  CHECK(refused([](auto& one) { one.resource_type = AclResourceType::kAny; }));
  CHECK(refused([](auto& one) { one.resource_type = AclResourceType::kUnknown; }));
  CHECK(refused([](auto& one) { one.resource_type = static_cast<AclResourceType>(8); }));
  CHECK(refused([](auto& one) { one.pattern_type = AclPatternType::kAny; }));
  CHECK(refused([](auto& one) { one.pattern_type = AclPatternType::kMatch; }));
  CHECK(refused([](auto& one) { one.operation = AclOperation::kAny; }));
  CHECK(refused([](auto& one) { one.operation = AclOperation::kUnknown; }));
  CHECK(refused([](auto& one) { one.permission = AclPermission::kAny; }));
  CHECK(refused([](auto& one) { one.resource_name.clear(); }));
  CHECK(refused([](auto& one) { one.host.clear(); }));
  CHECK(refused([](auto& one) { one.resource_type = AclResourceType::kCluster; }));
  for (const char* principal : {"", "alice", ":alice", "User:"})
    CHECK(refused([principal](auto& one) { one.principal = principal; }));
  AclBinding cluster = may_read(kClusterResourceName);
  cluster.resource_type = AclResourceType::kCluster;
  CHECK(f.create({cluster}).acls.at(0).error == v1::NONE);
  CHECK(f.image().bindings().size() == 2);
}

TEST_CASE("filters that overlap tell of an entry each and delete it once",
          "[control][acl][ACL-1]") {
  AclControlFixture f;
  f.create({may_read("orders"), may_read("orders", "User:bob"), may_read("payments")});
  AclFilter of_bob;
  of_bob.principal = "User:bob";
  const auto answer = f.remove({of_topic("orders"), of_bob, of_topic("none")});
  REQUIRE(answer.filters.size() == 3);
  CHECK(answer.filters[0].deleted ==
        std::vector<AclBinding>{may_read("orders"), may_read("orders", "User:bob")});
  CHECK(answer.filters[1].deleted == std::vector<AclBinding>{may_read("orders", "User:bob")});
  CHECK(answer.filters[2].deleted.empty());
  CHECK(answer.filters[2].error == v1::NONE);
  CHECK(f.cluster.last_records.size() == 2);
  CHECK(f.image().bindings().size() == 1);
  // It is gone: the same may be created again, with another id.
  CHECK(f.create({may_read("orders")}).acls.at(0).error == v1::NONE);
  CHECK(f.cluster.last_records.size() == 1);
}

TEST_CASE("a filter with an unknown number deletes nothing and stops nobody",
          "[control][acl][ACL-1]") {
  AclControlFixture f;
  f.create({may_read("orders")});
  AclFilter unknown;
  unknown.operation = AclOperation::kUnknown;
  const auto answer = f.remove({unknown, of_topic("orders")});
  CHECK(answer.filters.at(0).error == v1::INVALID_REQUEST);
  CHECK(answer.filters.at(0).deleted.empty());
  CHECK(answer.filters.at(1).deleted.size() == 1);
  unknown = {};
  unknown.resource_type = AclResourceType::kUnknown;
  CHECK(f.remove({unknown}).filters.at(0).error == v1::INVALID_REQUEST);
  unknown = {};
  unknown.pattern_type = static_cast<AclPatternType>(5);
  CHECK(f.remove({unknown}).filters.at(0).error == v1::INVALID_REQUEST);
  unknown = {};
  unknown.permission = AclPermission::kUnknown;
  CHECK(f.remove({unknown}).filters.at(0).error == v1::INVALID_REQUEST);
}

TEST_CASE("a request that would delete too many entries deletes none", "[control][acl][ACL-1]") {
  ControlOptions options;
  options.request_records_max = 2;
  Cluster cluster(options);
  std::uint64_t id = 0;
  for (const char* topic : {"a", "b", "c"})
    cluster.decide(CreateAcls{{{may_read(topic), {7, ++id}}}});
  const auto all = cluster.decide(DeleteAcls{{AclFilter{}}}).answer;
  CHECK(all.error == v1::POLICY_VIOLATION);
  CHECK(all.filters.empty());
  CHECK(cluster.control.pending().acls.bindings().size() == 3);
  const auto two = cluster.decide(DeleteAcls{{of_topic("a"), of_topic("b")}}).answer;
  CHECK(two.error == v1::NONE);
  CHECK(cluster.control.pending().acls.bindings().size() == 1);
  const auto more = cluster.decide(
      CreateAcls{{{may_read("d"), {8, 1}}, {may_read("e"), {8, 2}}, {may_read("f"), {8, 3}}}});
  CHECK(more.answer.acls.at(1).error == v1::NONE);
  CHECK(more.answer.acls.at(2).error == v1::POLICY_VIOLATION);
}

TEST_CASE("a decision that is not carried out leaves no trace in the image",
          "[control][acl][ACL-2]") {
  AclControlFixture f;
  f.create({may_read("orders")});
  const MetadataImage before = f.cluster.control.pending();
  f.cluster.ctx.mode = Mode::kValidateOnly;
  CHECK(f.create({may_read("payments")}).acls.at(0).error == v1::NONE);
  CHECK(f.remove({AclFilter{}}).filters.at(0).deleted.size() == 1);
  CHECK(state_hash(f.cluster.control.pending()) == state_hash(before));
  f.cluster.ctx.mode = Mode::kCommit;
  // What was decided is lost with the leadership: nothing of it stays.
  f.remove({AclFilter{}});
  CHECK(f.image().bindings().empty());
  f.cluster.control.reset(before);
  CHECK(f.image().contains(may_read("orders")));
}

}  // namespace
}  // namespace quorate::controller
