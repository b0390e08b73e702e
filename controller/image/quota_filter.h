// Which quotas somebody asks about: Kafka's DescribeClientQuotas, for controllers and brokers.
//
// Thread: any.
// Source: Kafka's ClientQuotasImage.describe restated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/image/client_quotas_image.h"
#include "raft/base/status.h"

namespace quorate::controller {

// Kafka's numbers.
enum class QuotaMatch : std::int8_t {
  kExact = 0,      // that name
  kDefault = 1,    // the default of the kind
  kSpecified = 2,  // any name, and the default
};

struct QuotaFilterPart {
  QuotaEntityType type = QuotaEntityType::kUser;
  QuotaMatch match = QuotaMatch::kSpecified;
  std::string name;  // for kExact
};
struct QuotaFilter {
  std::vector<QuotaFilterPart> parts;  // each type once
  bool is_strict = false;              // entities with other parts too do not match
};

// As it is asked for.
struct QuotaFilterWord {
  std::string type;
  std::int32_t match = 0;
  std::optional<std::string> name;
};

// Adds a part to the filter. Errors: kUnsupported (a type of entity that there is not),
// kInvalidArgument.
Status add_part(const QuotaFilterWord& word, QuotaFilter& filter);
[[nodiscard]] bool matches(const QuotaFilter& filter, const QuotaEntity& entity);

}  // namespace quorate::controller
