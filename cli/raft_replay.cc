#include "cli/raft_replay.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include "cli/failure.h"
#include "raft/server/flight_replay.h"

namespace quorate::cli {
namespace {

// What people ask about; commits are told by the newest of an output.
bool is_decision(raft::EventKind kind) {
  return kind != raft::EventKind::kMessageSent && kind != raft::EventKind::kMessageReceived;
}

std::string peer_text(const raft::Event& event) {
  if (!event.peer) return "-";
  return std::to_string(event.peer->node.value);
}

void add_event(Listing& listing, const raft::FlightStep& step, const raft::Event& event) {
  const std::string kind(to_string(event.kind));
  const std::string role(to_string(event.role));
  listing.add({std::to_string(step.input),
               std::to_string(step.tick),
               std::string(step.kind),
               kind,
               role,
               std::to_string(event.term.value),
               std::to_string(event.last.index.value),
               std::to_string(event.commit.value),
               peer_text(event),
               event.detail},
              {{"input", step.input},
               {"tick", step.tick},
               {"after", std::string(step.kind)},
               {"kind", kind},
               {"role", role},
               {"term", event.term.value},
               {"lastIndex", event.last.index.value},
               {"commit", event.commit.value},
               {"peer",
                event.peer ? nlohmann::ordered_json(event.peer->node.value)
                           : nlohmann::ordered_json(nullptr)},
               {"count", event.count},
               {"detail", event.detail}});
}

}  // namespace

int raft_replay(const ReplayOptions& options, Format format) {
  std::ifstream file(options.file, std::ios::binary);
  if (!file) return report(to_failure({Code::kNotFound, options.file + " cannot be read"}));
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  Listing listing(
      "FlightReplay",
      {"INPUT", "TICK", "AFTER", "DECISION", "ROLE", "TERM", "LAST", "COMMIT", "PEER", "DETAIL"});
  const auto summary = raft::replay_flight(bytes, [&listing](const raft::FlightStep& step) {
    for (const raft::Event& event : step.ready.events) {
      if (is_decision(event.kind)) add_event(listing, step, event);
    }
  });
  if (summary.is_ok()) {
    listing.set_title(
        "begins  " + summary->begin + "\nends    " + summary->end + "\n" +
        std::to_string(summary->inputs) + " inputs, " + std::to_string(summary->ticks) +
        " ticks, " + std::to_string(summary->outputs) + " outputs, each decided again as recorded");
    listing.set_field("inputs", summary->inputs);
    listing.set_field("ticks", summary->ticks);
    listing.set_field("outputs", summary->outputs);
    listing.set_field("begin", summary->begin);
    listing.set_field("end", summary->end);
  }
  listing.set_field("verified", summary.is_ok());
  listing.print(format);
  if (summary.is_ok()) return static_cast<int>(Exit::kOk);
  Failure failure = to_failure(summary.status().with_context(options.file));
  if (summary.status().code() == Code::kCorruption) failure.exit = Exit::kUnhealthy;
  return report(failure);
}

}  // namespace quorate::cli
