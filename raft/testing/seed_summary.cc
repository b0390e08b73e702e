#include "raft/testing/seed_summary.h"

#include <ostream>
#include <utility>

namespace quorate::raft::testing {
namespace {

void print_json_text(std::ostream& out, std::string_view text) {
  out << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out << '\\';
    out << (static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  out << '"';
}

// "name":1 and so on, with a comma between two.
void print_json_counts(std::ostream& out, const std::vector<NamedCount>& counts) {
  std::string_view comma;
  for (const NamedCount& named : counts) {
    out << std::exchange(comma, ",");
    print_json_text(out, named.name);
    out << ':' << named.count;
  }
}

void print_json_failure(std::ostream& out, const SeedVerdict& failure, const SeedProgram& program) {
  out << R"({"seed":)" << failure.seed << R"(,"invariant":)";
  print_json_text(out, failure.violation->invariant);
  out << R"(,"evidence":)";
  print_json_text(out, failure.violation->evidence);
  out << R"(,"replay":)";
  print_json_text(out, program.replay_command(failure.seed));
  out << '}';
}

}  // namespace

void print_failure(std::ostream& out, const SeedVerdict& verdict, const SeedProgram& program) {
  out << "seed " << verdict.seed << " violates " << program.describe(*verdict.violation) << '\n';
  for (const std::string& line : verdict.last_lines)
    out << "  " << line << '\n';
  out << "replay: " << program.replay_command(verdict.seed) << '\n';
}

void print_end(std::ostream& out, const SeedVerdict& verdict, const SeedProgram& program) {
  if (verdict.is_clean()) {
    out << "no violation\n";
  } else {
    out << "violates " << program.describe(*verdict.violation) << '\n';
  }
}

void print_totals(std::ostream& out, const SeedRange& range, const SeedFindings& findings) {
  out << "seeds " << range.first << ".." << range.last << ": " << findings.seeds - findings.failed
      << " clean, " << findings.failed << " failed";
}

void print_json(std::ostream& out,
                const SeedRange& range,
                const SeedFindings& findings,
                const JsonCounts& counts,
                const SeedProgram& program) {
  std::vector<NamedCount> members{{"first_seed", range.first},
                                  {"last_seed", range.last},
                                  {"seeds", findings.seeds},
                                  {"failed", findings.failed}};
  members.insert(members.end(), counts.counts.begin(), counts.counts.end());
  out << '{';
  print_json_counts(out, members);
  out << R"(,"failures":[)";
  std::string_view comma;
  for (const SeedVerdict& failure : findings.failures) {
    out << std::exchange(comma, ",");
    print_json_failure(out, failure, program);
  }
  out << ']';
  if (!counts.states.empty()) {
    out << R"(,"states":{)";
    print_json_counts(out, counts.states);
    out << '}';
  }
  out << "}\n";
}

ProgressLines::ProgressLines(std::ostream& out, SeedRange range, SeedProgram program, Time now)
    : out_(out), range_(range), program_(std::move(program)), last_line_(now) {}

void ProgressLines::tell(const SeedVerdict& verdict, const SeedFindings& so_far, Time now) {
  if (!verdict.is_clean()) print_failure(out_, verdict, program_);
  if (now - last_line_ < kEvery) return;
  last_line_ = now;
  out_ << so_far.seeds << " of " << range_.size() << " seeds, " << so_far.failed << " failed\n";
}

}  // namespace quorate::raft::testing
