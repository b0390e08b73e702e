// What is asked about clients and users at random, of the product and of the naive model. Its draws
// are its own, so that a kind of command more does not change those of the others.
//
// Owner and thread: one test.
#pragma once

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "tests/controller/control/cluster.h"
#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {

class RandomSecurity {
 public:
  RandomSecurity(std::uint64_t seed, Cluster& cluster, NaiveModel& model)
      : random_(seed ^ 0x5ec0'0000), cluster_(cluster), model_(model) {}

  void step() {
    switch (random_.below(4)) {
      case 0: alter_quotas(); break;
      case 1: alter_credentials(); break;
      case 2: create_acls(); break;
      default: delete_acls(); break;
    }
  }

 private:
  std::string one_of(std::initializer_list<const char*> words) {
    return *(words.begin() + random_.below(words.size()));
  }

  void alter_quotas() {
    NaiveClient client;
    std::vector<NaiveQuota> changes;
    AlterQuotasOfEntity asked;
    for (std::uint64_t i = random_.below(8) == 0 ? 0 : random_.between(1, 2); i > 0; --i) {
      const std::string kind = one_of({"user", "user", "client-id", "client-id", "ip", "group"});
      std::optional<std::string> name;
      if (!random_.chance(1, 3)) name = kind == "ip" ? "10.0.0.1" : one_of({"a", "a", "b", ""});
      if (kind == "ip" && random_.chance(1, 8)) name = "nowhere";
      client.emplace_back(kind, name);
      asked.entity.push_back({kind, name});
    }
    for (std::uint64_t i = random_.below(3); i > 0; --i) {
      NaiveQuota change;
      change.key = one_of({"producer_byte_rate",
                           "request_percentage",
                           "connection_creation_rate",
                           "controller_mutation_rate",
                           "no_such_rate"});
      if (random_.chance(2, 3)) change.value = static_cast<double>(random_.below(7)) / 2;
      asked.changes.push_back({change.key, change.value});
      changes.push_back(std::move(change));
    }
    const auto answer = cluster_.decide(AlterClientQuotas{{asked}}).answer.entries.at(0);
    INFO(answer.error_message);
    CHECK(answer.error == model_.security.alter_quotas(client, changes, model_.end));
  }

  void alter_credentials() {
    std::vector<NaiveCredential> asked;
    AlterScram command;
    for (std::uint64_t i = random_.below(3); i > 0; --i) {
      asked.push_back({one_of({"a", "b", "c", ""}), number({1, 2, 2, 3}), 0, ""});
      command.deletions.push_back({asked.back().user, asked.back().mechanism});
    }
    for (std::uint64_t i = random_.below(3); i > 0; --i) {
      NaiveCredential one{one_of({"a", "b", "c", ""}),
                          number({1, 2, 2, 3}),
                          number({4096, 8192, 4095, 16384, 16385}),
                          one_of({"salt", "salt", "other", ""})};
      const std::string key(one.mechanism == 1 ? 32 : 64, 'k');
      command.upsertions.push_back({one.user, one.mechanism, {one.salt, key, key, one.iterations}});
      asked.push_back(std::move(one));
    }
    const auto answer = cluster_.decide(command).answer;
    std::vector<int> errors;
    for (const AlterScramUserAnswer& user : answer.users)
      errors.push_back(user.error);
    CHECK(errors == model_.security.alter_credentials(asked, model_.end));
  }

  // Mostly what an entry may say; `odd` chances in 8 that a number is not.
  NaiveAcl some_acl(std::uint64_t odd) {
    const auto is_odd = [&] { return random_.below(8) < odd; };
    return {is_odd() ? number({0, 1, 4}) : number({2, 2, 3}),
            one_of({"o", "orders", "*", "pay", ""}),
            is_odd() ? number({0, 1, 2}) : number({3, 4}),
            one_of({"User:a", "User:b", "User:b"}),
            is_odd() ? number({0, 1}) : number({2, 3, 4}),
            is_odd() ? 1 : number({2, 3, 3})};
  }

  void create_acls() {
    CreateAcls command;
    std::vector<NaiveAcl> asked;
    for (std::uint64_t i = random_.between(1, 3); i > 0; --i) {
      const NaiveAcl acl = some_acl(random_.chance(1, 4) ? 2 : 0);
      AclBinding binding{static_cast<AclResourceType>(acl.resource_type),
                         acl.resource_name,
                         static_cast<AclPatternType>(acl.pattern_type),
                         acl.principal,
                         "*",
                         static_cast<AclOperation>(acl.operation),
                         static_cast<AclPermission>(acl.permission)};
      command.acls.push_back({std::move(binding), {1, ++acl_ids_}});
      asked.push_back(acl);
    }
    const auto answer = cluster_.decide(command).answer;
    for (std::size_t i = 0; i < asked.size(); ++i)
      CHECK(answer.acls.at(i).error == model_.security.create_acl(asked[i], model_.end));
  }

  void delete_acls() {
    DeleteAcls command;
    std::vector<NaiveAcl> asked;
    for (std::uint64_t i = random_.between(1, 2); i > 0; --i) {
      NaiveAcl acl = some_acl(6);
      if (random_.chance(1, 2)) acl.principal.clear();
      AclFilter filter{static_cast<AclResourceType>(acl.resource_type),
                       std::nullopt,
                       static_cast<AclPatternType>(acl.pattern_type),
                       std::nullopt,
                       std::nullopt,
                       static_cast<AclOperation>(acl.operation),
                       static_cast<AclPermission>(acl.permission)};
      if (!acl.resource_name.empty()) filter.resource_name = acl.resource_name;
      if (!acl.principal.empty()) filter.principal = acl.principal;
      command.filters.push_back(std::move(filter));
      asked.push_back(std::move(acl));
    }
    const auto answer = cluster_.decide(command).answer;
    const auto expected = model_.security.delete_acls(asked, model_.end);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const DeleteAclsOfFilter& one = answer.filters.at(i);
      CHECK((one.error == v1::NONE) == expected[i].has_value());
      CHECK(one.deleted.size() == expected[i].value_or(0));
    }
  }

  int number(std::initializer_list<int> numbers) {
    return *(numbers.begin() + random_.below(numbers.size()));
  }

  std::uint64_t acl_ids_ = 0;
  Random random_;
  Cluster& cluster_;
  NaiveModel& model_;
};

}  // namespace quorate::controller::testing
