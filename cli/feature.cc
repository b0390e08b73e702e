#include "cli/feature.h"

#include <charconv>
#include <optional>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/query.pb.h"

#include "cli/failure.h"
#include "cli/item_errors.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;

std::string range_text(std::int32_t min, std::int32_t max) {
  return std::to_string(min) + ".." + std::to_string(max);
}

// Brokers that cannot go to the highest level the controller knows, "1,4"; "-" when there is none.
std::string behind_text(const v1::FeatureDescription& feature) {
  std::string text;
  for (const auto& broker : feature.brokers()) {
    if (broker.max_level() >= feature.max_level()) continue;
    text += (text.empty() ? "" : ",") + std::to_string(broker.broker_id());
  }
  return text.empty() ? "-" : text;
}

nlohmann::ordered_json brokers_json(const v1::FeatureDescription& feature) {
  auto brokers = nlohmann::ordered_json::array();
  for (const auto& broker : feature.brokers()) {
    brokers.push_back({{"broker", broker.broker_id()},
                       {"minLevel", broker.min_level()},
                       {"maxLevel", broker.max_level()}});
  }
  return brokers;
}

// "name=level".
std::optional<v1::FeatureUpdate> update_from(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return std::nullopt;
  std::int32_t level = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + equals + 1, end, level);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  v1::FeatureUpdate update;
  update.set_name(text.substr(0, equals));
  update.set_level(level);
  return update;
}

Failure feature_refusal(v1::ErrorCode error, const std::string& message) {
  Failure failure = failure_of(error, message);
  failure.hint = "nothing was changed";
  failure.attempt = "quorate feature describe";
  return failure;
}

}  // namespace

int feature_describe(const GlobalOptions& options) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const auto response = (*client)->describe_features({}, options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  Listing listing("FeatureList", {"FEATURE", "LEVEL", "FINALIZED", "CONTROLLER", "BROKERS BEHIND"});
  for (const auto& feature : response->features()) {
    listing.add({feature.name(),
                 std::to_string(feature.level()),
                 feature.finalized() ? "yes" : "no",
                 range_text(feature.min_level(), feature.max_level()),
                 behind_text(feature)},
                {{"name", feature.name()},
                 {"level", feature.level()},
                 {"finalized", feature.finalized()},
                 {"minLevel", feature.min_level()},
                 {"maxLevel", feature.max_level()},
                 {"brokers", brokers_json(feature)}});
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int feature_update(const GlobalOptions& options, const FeatureOptions& feature) {
  v1::UpdateFeaturesRequest request;
  request.mutable_meta()->set_validate_only(feature.dry_run);
  for (const std::string& text : feature.levels) {
    const auto update = update_from(text);
    if (!update) {
      return report({Exit::kUsage,
                     "E_INVALID_ARGUMENT",
                     "name=level is wanted, not '" + text + "'",
                     {},
                     "quorate feature upgrade eligible.leader.replicas.version=1"});
    }
    *request.add_updates() = *update;
    request.mutable_updates(request.updates_size() - 1)
        ->set_change(feature.downgrade ? v1::FEATURE_CHANGE_SAFE_DOWNGRADE
                                       : v1::FEATURE_CHANGE_UPGRADE);
  }
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const auto response = (*client)->update_features(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(feature_refusal(response->error(), response->error_message()));
  }
  Listing listing("FeaturesUpdated", {"FEATURE", "FROM", "TO"});
  if (feature.dry_run) listing.set_title("dry run: nothing was changed");
  listing.set_field("dryRun", feature.dry_run);
  for (const auto& update : response->updates()) {
    listing.add(
        {update.name(), std::to_string(update.from_level()), std::to_string(update.level())},
        {{"name", update.name()}, {"fromLevel", update.from_level()}, {"level", update.level()}});
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
