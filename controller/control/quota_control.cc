#include "controller/control/quota_control.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <arpa/inet.h>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/image/security_records.h"

namespace quorate::controller {
namespace {

constexpr const char* kQuotaRule = "QUO-1";

// Empty: no fault. Which code it is, the caller knows.
using QuotaFault = std::string;

enum class Fits : std::uint8_t { kUsersAndClients, kIps };
enum class Number : std::uint8_t { kAny, kWhole };
struct QuotaKey {
  std::string_view name;
  Fits fits;
  Number number;
  double max;
};
constexpr double kInt32Max = 2'147'483'647;
// Whole numbers beyond it have no neighbours that a double can tell apart.
constexpr double kWholeMax = 9'007'199'254'740'992;
constexpr double kNoMax = 1e300;
constexpr std::array<QuotaKey, 5> kKeys{{
    {"connection_creation_rate", Fits::kIps, Number::kWhole, kInt32Max},
    {"consumer_byte_rate", Fits::kUsersAndClients, Number::kWhole, kWholeMax},
    {"controller_mutation_rate", Fits::kUsersAndClients, Number::kAny, kNoMax},
    {"producer_byte_rate", Fits::kUsersAndClients, Number::kWhole, kWholeMax},
    {"request_percentage", Fits::kUsersAndClients, Number::kAny, kNoMax},
}};

std::string text_of(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return ::inet_pton(AF_INET, text.c_str(), ignored.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), ignored.data()) == 1;
}

QuotaFault fault_of_part(const QuotaEntityName& part, const QuotaEntity& before) {
  const std::optional<QuotaEntityType> type = quota_entity_type(part.type);
  if (!type) return shown(part.type) + " is no kind of client: user, client-id or ip is";
  if (part.name && part.name->empty()) return "the name of a " + part.type + " is empty";
  const bool is_ip = *type == QuotaEntityType::kIp;
  for (const QuotaEntityPart& other : before) {
    if (other.type == *type) return part.type + " is named twice";
    if (is_ip != (other.type == QuotaEntityType::kIp)) {
      return "an ip has quotas alone, not with a user or a client-id";
    }
  }
  if (is_ip && part.name && !is_address(*part.name)) {
    return shown(*part.name) + " is no IP address";
  }
  return {};
}

QuotaFault fault_of_change(const QuotaEntity& entity, const QuotaChange& change) {
  const auto* key = std::ranges::find(kKeys, change.key, &QuotaKey::name);
  const Fits fits =
      entity.front().type == QuotaEntityType::kIp ? Fits::kIps : Fits::kUsersAndClients;
  if (key == kKeys.end() || key->fits != fits) {
    return shown(change.key) + " is no quota of a " + std::string(to_string(entity.front().type));
  }
  if (!change.value) return {};
  const double value = *change.value;
  if (!(value > 0 && value <= key->max)) {
    return change.key + " is " + text_of(value) + ": it must be above 0" +
           (key->max < kNoMax ? " and at most " + text_of(key->max) : "");
  }
  if (key->number == Number::kWhole && value != std::floor(value)) {
    return change.key + " is " + text_of(value) + ": it must be a whole number";
  }
  return {};
}

// What one entity is to become.
struct PlannedQuotas {
  QuotaFault fault;
  QuotaEntity entity;
  std::map<std::string, std::optional<double>> written;
};

PlannedQuotas plan(const ClientQuotasImage& quotas, const AlterQuotasOfEntity& asked) {
  PlannedQuotas planned;
  for (const QuotaEntityName& part : asked.entity) {
    planned.fault = fault_of_part(part, planned.entity);
    if (!planned.fault.empty()) return planned;
    planned.entity.push_back({*quota_entity_type(part.type), part.name});
  }
  if (planned.entity.empty()) {
    planned.fault = "it is not said whose quotas they are";
    return planned;
  }
  std::ranges::sort(planned.entity);
  const QuotaValues& before = quotas.of(planned.entity);
  std::set<std::string_view> named;
  for (const QuotaChange& change : asked.changes) {
    planned.fault = fault_of_change(planned.entity, change);
    if (!named.insert(change.key).second) planned.fault = change.key + " is named twice";
    if (!planned.fault.empty()) return planned;
    const auto held = before.find(change.key);
    const bool was_set = held != before.end();
    const bool stays =
        was_set == change.value.has_value() && (!was_set || held->second == *change.value);
    if (!stays) planned.written.emplace(change.key, change.value);
  }
  return planned;
}

void carry_out(Draft& draft, const PlannedQuotas& planned) {
  for (const auto& [key, value] : planned.written) {
    draft.explain(
        kQuotaRule,
        to_string(planned.entity) + ": " + key + (value ? " = " + text_of(*value) : " is removed"));
    v1::Record record;
    write_quota(planned.entity, key, value, *record.mutable_client_quota());
    draft.append(std::move(record));
  }
}

}  // namespace

AlterClientQuotasAnswer alter_client_quotas(Draft& draft,
                                            const AlterClientQuotas& command,
                                            const ControlOptions& options) {
  AlterClientQuotasAnswer answer;
  std::set<QuotaEntity> named;
  for (const AlterQuotasOfEntity& asked : command.entries) {
    AlterQuotasOfEntityAnswer& one = answer.entries.emplace_back();
    one.entity = asked.entity;
    PlannedQuotas planned = plan(draft.image().quotas, asked);
    if (planned.fault.empty() && !named.insert(planned.entity).second) {
      planned.fault = "the request names " + to_string(planned.entity) + " twice";
    }
    if (!planned.fault.empty()) {
      one.error = v1::INVALID_REQUEST;
    } else if (draft.record_count() + planned.written.size() > options.request_records_max) {
      one.error = v1::POLICY_VIOLATION;
      planned.fault = "the request would write more than " +
                      std::to_string(options.request_records_max) +
                      " records; ask for less at a time";
    } else {
      carry_out(draft, planned);
      continue;
    }
    draft.explain(kQuotaRule, planned.fault);
    one.error_message = std::move(planned.fault);
  }
  return answer;
}

}  // namespace quorate::controller
