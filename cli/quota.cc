#include "cli/quota.h"

#include <charconv>
#include <utility>

#include "quorate/controller/v1/quota.pb.h"

#include "cli/failure.h"
#include "cli/item_errors.h"
#include "cli/plan.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;
using Entity = google::protobuf::RepeatedPtrField<v1::QuotaEntityName>;

// Calls `add` with each kind that is named and its name, none for the default.
template <typename Add>
void each_part(const QuotaTarget& target, Add add) {
  const auto part = [&add](const char* type, const auto& name, bool is_default) {
    if (name || is_default) add(type, name);
  };
  part("user", target.user, target.user_default);
  part("client-id", target.client_id, target.client_id_default);
  part("ip", target.ip, target.ip_default);
}

// "user alice, client-id default".
std::string text_of(const Entity& entity) {
  std::string text;
  for (const auto& part : entity) {
    text += (text.empty() ? "" : ", ") + part.type() + ' ';
    text += part.has_name() ? part.name() : "default";
  }
  return text;
}

nlohmann::ordered_json json_of(const Entity& entity) {
  auto parts = nlohmann::ordered_json::array();
  for (const auto& part : entity) {
    nlohmann::ordered_json one = {{"type", part.type()}, {"name", nullptr}};
    if (part.has_name()) one["name"] = part.name();
    parts.push_back(std::move(one));
  }
  return parts;
}

// As short as it can be said.
std::string text_of(double value) {
  return nlohmann::ordered_json(value == static_cast<double>(static_cast<std::int64_t>(value))
                                    ? nlohmann::ordered_json(static_cast<std::int64_t>(value))
                                    : nlohmann::ordered_json(value))
      .dump();
}

Failure quota_refusal(v1::ErrorCode error, const std::string& message) {
  Failure failure = failure_of(error, message);
  failure.hint = "nothing was changed";
  failure.attempt = "quorate quota alter --user alice producer_byte_rate=1048576";
  return failure;
}

// "key=value" with a number.
std::optional<v1::QuotaChange> change_from(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == std::string::npos) return std::nullopt;
  double value = 0;
  const char* end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data() + equals + 1, end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  v1::QuotaChange change;
  change.set_key(word.substr(0, equals));
  change.set_value(value);
  return change;
}

}  // namespace

int quota_describe(const GlobalOptions& options, const QuotaOptions& quota) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::DescribeClientQuotasRequest request;
  request.set_strict(quota.strict);
  each_part(quota.target, [&request](const char* type, const std::optional<std::string>& name) {
    v1::QuotaFilterPart& part = *request.add_filter();
    part.set_type(type);
    part.set_match(name ? v1::QUOTA_MATCH_EXACT : v1::QUOTA_MATCH_DEFAULT);
    if (name) part.set_name(*name);
  });
  const auto response = (*client)->describe_client_quotas(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(quota_refusal(response->error(), response->error_message()));
  }
  Listing listing("QuotaList", {"OF", "QUOTA", "VALUE"});
  for (const auto& entry : response->entries()) {
    for (const auto& value : entry.values()) {
      listing.add(
          {text_of(entry.entity()), value.key(), text_of(value.value())},
          {{"entity", json_of(entry.entity())}, {"key", value.key()}, {"value", value.value()}});
    }
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int quota_alter(const GlobalOptions& options, const QuotaOptions& quota) {
  v1::AlterClientQuotasRequest request;
  set_meta(options, *request.mutable_meta());
  v1::AlterQuotasOfEntity& entry = *request.add_entries();
  each_part(quota.target, [&entry](const char* type, const std::optional<std::string>& name) {
    v1::QuotaEntityName& part = *entry.add_entity();
    part.set_type(type);
    if (name) part.set_name(*name);
  });
  for (const std::string& word : quota.values) {
    const auto change = change_from(word);
    if (!change) {
      return report({Exit::kUsage,
                     "E_INVALID_ARGUMENT",
                     "key=number is wanted, not '" + word + "'",
                     {},
                     "quorate quota alter --user alice producer_byte_rate=1048576"});
    }
    *entry.add_changes() = *change;
  }
  for (const std::string& key : quota.removed)
    entry.add_changes()->set_key(key);
  const v1::AlterQuotasOfEntity asked = entry;
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const auto response = (*client)->alter_client_quotas(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(quota_refusal(response->error(), response->error_message()));
  }
  const auto& result = response->results(0);
  if (result.error() != v1::NONE)
    return report(quota_refusal(result.error(), result.error_message()));
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing("QuotasAltered", {"OF", "QUOTA", "VALUE"});
  listing.set_field("commitOffset", response->meta().commit_offset());
  listing.set_title("controllers enforce controller_mutation_rate; brokers enforce no quota yet");
  for (const auto& change : asked.changes()) {
    nlohmann::ordered_json value;
    if (change.has_value()) value = change.value();
    listing.add(
        {text_of(asked.entity()),
         change.key(),
         change.has_value() ? text_of(change.value()) : "removed"},
        {{"entity", json_of(asked.entity())}, {"key", change.key()}, {"value", std::move(value)}});
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
