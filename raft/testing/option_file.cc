#include "raft/testing/option_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <type_traits>
#include <utility>

#include "raft/base/check.h"

namespace quorate::raft::testing {
namespace {

// Each of these visits (name, field).
template <typename Core, typename Visit>
void each_core_option(Core& core, const Visit& visit) {
  visit("core.election_timeout_ticks", core.election_timeout_ticks);
  visit("core.election_jitter_ticks", core.election_jitter_ticks);
  visit("core.heartbeat_ticks", core.heartbeat_ticks);
  visit("core.first_election_heartbeats", core.first_election_heartbeats);
  visit("core.leader_gone_jitter_ticks", core.leader_gone_jitter_ticks);
  visit("core.catch_up_ticks", core.catch_up_ticks);
  visit("core.append_bytes_max", core.append_bytes_max);
  visit("core.append_entries_max", core.append_entries_max);
  visit("core.in_flight_appends_max", core.in_flight_appends_max);
  visit("core.in_flight_bytes_max", core.in_flight_bytes_max);
  visit("core.entry_bytes_max", core.entry_bytes_max);
  visit("core.uncommitted_bytes_max", core.uncommitted_bytes_max);
  visit("core.window_bytes_max", core.window_bytes_max);
  visit("core.apply_bytes_max", core.apply_bytes_max);
  visit("core.pending_reads_max", core.pending_reads_max);
  visit("core.forward_proposals", core.forward_proposals);
  visit("core.forward_entries_max", core.forward_entries_max);
  visit("core.forward_bytes_max", core.forward_bytes_max);
  visit("core.lease_ns", core.lease_ns);
  visit("core.clock_drift_ppm", core.clock_drift_ppm);
  visit("core.snapshot_chunk_bytes", core.snapshot_chunk_bytes);
  visit("core.snapshot_chunks_in_flight_max", core.snapshot_chunks_in_flight_max);
  visit("core.snapshot_pinned_entries_max", core.snapshot_pinned_entries_max);
}

template <typename Network, typename Visit>
void each_network_option(Network& network, const Visit& visit) {
  visit("network.loss_permille", network.loss_permille);
  visit("network.duplicate_permille", network.duplicate_permille);
  visit("network.straggler_permille", network.straggler_permille);
  visit("network.delay_min", network.delay_min);
  visit("network.delay_max", network.delay_max);
  visit("network.straggler_delay_max", network.straggler_delay_max);
  visit("network.in_order", network.in_order);
  visit("network.replay_every", network.replay_every);
  visit("network.foreign_every", network.foreign_every);
  visit("network.cut_every", network.cut_every);
  visit("network.cut_lasts", network.cut_lasts);
  visit("network.cut_shapes", network.cut_shapes);
}

template <typename Options, typename Visit>
void each_fault_option(Options& options, const Visit& visit) {
  visit("disk.sync_min", options.disk.sync_min);
  visit("disk.sync_max", options.disk.sync_max);
  visit("disk.slow_permille", options.disk.slow_permille);
  visit("disk.stall_every", options.disk.stall_every);
  visit("disk.stall_lasts", options.disk.stall_lasts);
  visit("disk.failed_sync_every", options.disk.failed_sync_every);
  visit("process.crash_every", options.process.crash_every);
  visit("process.crash_leader_every", options.process.crash_leader_every);
  visit("process.crash_all_every", options.process.crash_all_every);
  visit("process.down_max", options.process.down_max);
  visit("process.pause_every", options.process.pause_every);
  visit("process.pause_lasts", options.process.pause_lasts);
  visit("process.volatile_state_percent", options.process.volatile_state_percent);
  visit("clock.drift_every", options.clock.drift_every);
  visit("clock.drift_ppm", options.clock.drift_ppm);
  visit("operators.transfer_every", options.operators.transfer_every);
  visit("operators.step_down_every", options.operators.step_down_every);
  visit("operators.campaign_every", options.operators.campaign_every);
  visit("operators.false_hint_every", options.operators.false_hint_every);
  visit("administrators.change_every", options.administrators.change_every);
  visit("administrators.wipe_every", options.administrators.wipe_every);
  visit("administrators.catch_up_ticks_max", options.administrators.catch_up_ticks_max);
  visit("snapshot.every_entries", options.snapshot.every_entries);
  visit("snapshot.trailing_entries_max", options.snapshot.trailing_entries_max);
  visit("snapshot.padding_max", options.snapshot.padding_max);
  visit("snapshot.job_max", options.snapshot.job_max);
  visit("snapshot.torn_permille", options.snapshot.torn_permille);
}

template <typename Options, typename Visit>
void each_option(Options& options, const Visit& visit) {
  visit("replicas", options.replicas);
  visit("spares", options.spares);
  visit("initial_term", options.initial_term);
  visit("priorities", options.priorities);
  visit("apply_max", options.apply_max);
  visit("chaos_lasts", options.chaos_lasts);
  visit("heal_max", options.heal_max);
  visit("load.clients", options.load.clients);
  visit("load.think_max", options.load.think_max);
  visit("load.read_percent", options.load.read_percent);
  visit("load.lease_read_percent", options.load.lease_read_percent);
  visit("load.place_read_percent", options.load.place_read_percent);
  visit("load.payload_max", options.load.payload_max);
  visit("load.burst_permille", options.load.burst_permille);
  each_core_option(options.core, visit);
  each_network_option(options.network, visit);
  each_fault_option(options, visit);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

Status refuse(std::string_view what) {
  return {Code::kInvalidArgument, "options: " + std::string(what)};
}

// Whether every value came through its field as it was.
Status check_fit(const std::vector<std::uint64_t>& values, const SimOptions& options) {
  const std::vector<std::uint64_t> kept = values_of(options);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (kept[i] != values[i]) return refuse(std::string(option_names()[i]) + " is too large");
  }
  return Status::ok();
}

// What the name of an option says about its range.
Status check_ranges(const std::vector<std::uint64_t>& values) {
  constexpr SimTime kLongest = 3600 * kSecond;
  constexpr std::array<std::string_view, 4> kLongAtLeast{
      "load.think_max", "process.down_max", "process.pause_lasts", "network.cut_lasts"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name(option_names()[i]);
    const std::uint64_t value = values[i];
    if (name.ends_with("_permille") && value > 1000) return refuse(name + " is above 1000");
    if (name.ends_with("_percent") && value > 100) return refuse(name + " is above 100");
    if (!name.starts_with("core.") && name != "initial_term" && value > kLongest) {
      return refuse(name + " is above an hour");
    }
    const bool is_long =
        std::find(kLongAtLeast.begin(), kLongAtLeast.end(), name) != kLongAtLeast.end();
    const bool is_interval = name.ends_with("_every") && value > 0;
    if ((is_interval || is_long) && value < kMillisecond) {
      return refuse(name + " is below a millisecond");
    }
  }
  return Status::ok();
}

}  // namespace

const std::vector<std::string_view>& option_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    const SimOptions any;
    each_option(any, [&](std::string_view name, const auto&) { all.push_back(name); });
    return all;
  }();
  return names;
}

std::vector<std::uint64_t> values_of(const SimOptions& options) {
  std::vector<std::uint64_t> values;
  each_option(options, [&](std::string_view, const auto& field) {
    values.push_back(static_cast<std::uint64_t>(field));
  });
  return values;
}

SimOptions options_of(const std::vector<std::uint64_t>& values) {
  QUORATE_CHECK(values.size() == option_names().size());
  SimOptions options;
  std::size_t next = 0;
  each_option(options, [&](std::string_view, auto& field) {
    field = static_cast<std::remove_reference_t<decltype(field)>>(values[next++]);
  });
  return options;
}

std::string to_text(const SimOptions& options) {
  std::ostringstream out;
  each_option(options, [&](std::string_view name, const auto& field) {
    out << name << " = " << static_cast<std::uint64_t>(field) << '\n';
  });
  return out.str();
}

std::string to_short_text(const SimOptions& options) {
  const std::vector<std::uint64_t> values = values_of(options);
  const std::vector<std::uint64_t> simplest = values_of(simplest_options());
  std::ostringstream out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != simplest[i]) out << option_names()[i] << " = " << values[i] << '\n';
  }
  return out.str();
}

Result<SimOptions> with_options(const SimOptions& base, std::string_view text) {
  std::vector<std::uint64_t> values = values_of(base);
  const std::vector<std::string_view>& names = option_names();
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = trimmed(text.substr(0, std::min(end, text.find('#'))));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.empty()) continue;
    const std::size_t equals = std::min(content.find('='), content.size());
    const auto name = std::find(names.begin(), names.end(), trimmed(content.substr(0, equals)));
    const auto number = number_in(trimmed(content.substr(std::min(equals + 1, content.size()))));
    if (name == names.end() || !number) {
      const std::string_view why = name == names.end() ? "no such option: " : "not a number: ";
      return refuse("line " + std::to_string(line) + ": " + std::string(why) +
                    std::string(content));
    }
    values[static_cast<std::size_t>(name - names.begin())] = *number;
  }
  SimOptions options = options_of(values);
  QUORATE_TRY(check_fit(values, options));
  QUORATE_TRY(validate(options));
  return options;
}

Status validate(const SimOptions& options) {
  QUORATE_TRY(check_ranges(values_of(options)));
  if (options.replicas == 0 || options.replicas > 9) return refuse("replicas must be 1 to 9");
  if (options.spares > 9) return refuse("spares must be 0 to 9");
  if (options.chaos_lasts == 0) return refuse("chaos_lasts must be positive");
  if (options.initial_term > (std::uint64_t{1} << 63U)) return refuse("initial_term is too large");
  if (options.load.payload_max < sizeof(std::uint64_t)) return refuse("payload_max must be 8");
  if (options.apply_max < 10) return refuse("apply_max must be at least 10");
  if (options.disk.stall_lasts == 0) return refuse("disk.stall_lasts must be positive");
  if (options.network.delay_min > options.network.delay_max) return refuse("delay_min > delay_max");
  if (options.disk.sync_min > options.disk.sync_max) return refuse("sync_min > sync_max");
  const std::uint32_t shapes = options.network.cut_shapes;
  if (shapes >= 1U << kCutShapes) return refuse("cut_shapes names a shape that is none");
  if (shapes == 0 && options.network.cut_every > 0) return refuse("cut_shapes names none");
  if (options.administrators.catch_up_ticks_max == 0) return refuse("catch_up_ticks_max is 0");
  Options core = options.core;
  core.self = {NodeId{1}, Incarnation{1, 1}};
  return validate(core);
}

SimOptions simplest_options() {
  SimOptions options;
  options.replicas = 1;
  options.load.clients = 1;
  options.load.read_percent = 0;
  options.load.payload_max = 8;
  options.chaos_lasts = 100 * kMillisecond;
  options.core.election_timeout_ticks = 10;
  options.core.election_jitter_ticks = 10;
  options.core.heartbeat_ticks = 1;
  options.network.in_order = true;
  options.network.cut_shapes = 1;
  return options;
}

}  // namespace quorate::raft::testing
