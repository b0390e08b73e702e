#include "controller/control/scram_control.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/image/security_records.h"

namespace quorate::controller {
namespace {

constexpr const char* kScramRule = "SCR-1";
constexpr std::size_t kSaltBytesMax = 1'024;

// No error when `error` is NONE.
struct ScramFault {
  v1::ErrorCode error{};
  std::string message;

  explicit operator bool() const { return error != v1::ErrorCode{}; }
};

ScramFault unacceptable(std::string why) {
  return {v1::UNACCEPTABLE_CREDENTIAL, std::move(why)};
}

std::optional<ScramMechanism> mechanism_of(std::int32_t number) {
  for (const auto known : {ScramMechanism::kSha256, ScramMechanism::kSha512})
    if (number == static_cast<std::int32_t>(known)) return known;
  return std::nullopt;
}

ScramFault fault_of_key(const std::string& user, std::int32_t mechanism) {
  if (user.empty()) return unacceptable("the name of a user is empty");
  if (mechanism_of(mechanism)) return {};
  return {v1::UNSUPPORTED_SASL_MECHANISM,
          "SCRAM mechanism " + std::to_string(mechanism) + " is unknown"};
}

ScramFault fault_of_credential(ScramMechanism mechanism, const ScramCredential& credential) {
  if (credential.iterations < kScramIterationsMin || credential.iterations > kScramIterationsMax) {
    return unacceptable(std::to_string(credential.iterations) + " iterations: there must be " +
                        std::to_string(kScramIterationsMin) + " to " +
                        std::to_string(kScramIterationsMax));
  }
  if (credential.salt.empty() || credential.salt.size() > kSaltBytesMax) {
    return unacceptable("a salt has 1 to " + std::to_string(kSaltBytesMax) + " bytes");
  }
  const std::size_t bytes = key_bytes(mechanism);
  if (credential.stored_key.size() != bytes || credential.server_key.size() != bytes) {
    return unacceptable("a key for " + std::string(to_string(mechanism)) + " has " +
                        std::to_string(bytes) + " bytes");
  }
  return {};
}

std::string name_of(const ScramKey& key) {
  return "user '" + key.user + "': " + std::string(to_string(key.mechanism));
}

ScramFault remove(Draft& draft, const ScramDeletion& asked) {
  if (ScramFault fault = fault_of_key(asked.user, asked.mechanism)) return fault;
  const ScramKey key{asked.user, *mechanism_of(asked.mechanism)};
  if (draft.image().scram.find(key) == nullptr) {
    return {v1::RESOURCE_NOT_FOUND, name_of(key) + ": there is no such credential"};
  }
  draft.explain(kScramRule, name_of(key) + " is removed");
  v1::Record record;
  write_removal(key, *record.mutable_remove_user_scram_credential());
  draft.append(std::move(record));
  return {};
}

ScramFault put(Draft& draft, const ScramUpsertion& asked) {
  if (ScramFault fault = fault_of_key(asked.user, asked.mechanism)) return fault;
  const ScramKey key{asked.user, *mechanism_of(asked.mechanism)};
  if (ScramFault fault = fault_of_credential(key.mechanism, asked.credential)) return fault;
  const ScramCredential* before = draft.image().scram.find(key);
  if (before != nullptr && *before == asked.credential) return {};
  draft.explain(kScramRule,
                name_of(key) + (before == nullptr ? " is set, " : " is replaced, ") +
                    std::to_string(asked.credential.iterations) + " iterations");
  v1::Record record;
  write_credential(key, asked.credential, *record.mutable_user_scram_credential());
  draft.append(std::move(record));
  return {};
}

}  // namespace

AlterScramAnswer alter_scram(Draft& draft,
                             const AlterScram& command,
                             const ControlOptions& options) {
  std::map<std::string_view, std::size_t> times_named;
  for (const ScramDeletion& one : command.deletions)
    ++times_named[one.user];
  for (const ScramUpsertion& one : command.upsertions)
    ++times_named[one.user];
  AlterScramAnswer answer;
  const auto judge = [&](const std::string& user, auto change) {
    std::size_t& times = times_named[user];
    if (times == 0) return;  // answered already
    ScramFault fault;
    if (std::exchange(times, 0) > 1) {
      fault = {v1::DUPLICATE_RESOURCE, "the request names this user twice"};
    } else if (draft.record_count() >= options.request_records_max) {
      fault = {v1::POLICY_VIOLATION,
               "the request would write more than " + std::to_string(options.request_records_max) +
                   " records; ask for less at a time"};
    } else {
      fault = change();
    }
    if (fault) draft.explain(kScramRule, fault.message);
    answer.users.push_back({user, fault.error, std::move(fault.message)});
  };
  for (const ScramDeletion& one : command.deletions)
    judge(one.user, [&] { return remove(draft, one); });
  for (const ScramUpsertion& one : command.upsertions)
    judge(one.user, [&] { return put(draft, one); });
  return answer;
}

}  // namespace quorate::controller
