// Scenario: a text file that moves a few real replicas and says what must then be seen.
//
//   # comment                  the head of a file has a "Goal:" and a "Method:"
//   command                    one or more lines
//   ----
//   expected output            up to the next empty line; "ok" when the commands print nothing
//
// Commands (replicas have names; nothing moves by itself; messages wait on the wire):
//   cluster A B C [log=1:1 3:2 last=4] [term=4] [batch=1] [flight=1]
//                                    new voters, all with this log: where each term begins, and
//                                    where it ends; batch: entries per append; flight: appends
//                                    that may be under way to one peer
//   set A [log=...] [term=...]       gives A another log before anything else happens to it
//   lead A votes=B,C                 A campaigns, and only B and C hear and answer it, until it
//                                    leads; what it then sends waits
//   campaign A                       A asks for pre-votes
//   propose A text                   a client's command
//   deliver A->B                     what waits from A to B arrives; answers wait
//   exchange A B                     both directions until nothing waits between them
//   settle                           everything arrives until nothing waits
//   drop A->B | drop all             what waits is lost
//   keep A->B as=x | replay x        remembers the newest waiting message; delivers a copy of it
//   stop A | start A                 a crash (loses what is not durable); a start from the disk
//   tick A n                         n ticks at A alone
//   blank D E                        new replicas with empty disks and no membership
//   change A [add=D] [listen=E] [remove=B] [demote=C]
//                                    A is asked to change the membership
//   members A B ...                  one line each: the membership in force, its entry
//   changes A                        how the changes ended that A was asked for
//   show A B ...                     one line each: role, term, log by terms, commit, applied
//   peers A                          what leader A knows of the others
//   wire                             what waits, oldest first
//
// QUORATE_REWRITE=1 in the environment writes what was seen into the file as expectation.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {

class Scenario {
 public:
  // Runs one command line: what it prints. Throws std::invalid_argument with the reason when the
  // line makes no sense.
  [[nodiscard]] std::string run(const std::string& line);

 private:
  struct Command;
  void make_cluster(const Command& command);
  void set_log(const Command& command);
  void add(const std::string& name, const Command& command);
  void lead(const Command& command);
  void deliver(std::uint64_t from, std::uint64_t to);
  void exchange(const Command& command);
  void drop(const Command& command);
  void keep(const Command& command);
  void blank(const Command& command);
  void change(const Command& command);
  std::string members(const Command& command) const;
  std::string changes(const Command& command) const;
  [[nodiscard]] std::string names_of(const std::vector<ReplicaId>& replicas) const;
  std::string show(const Command& command) const;
  std::string peers(const Command& command) const;
  std::string wire();
  void collect();
  [[nodiscard]] bool deliver_first(std::uint64_t from, std::uint64_t to);

  [[nodiscard]] std::uint64_t id_of(const std::string& name) const;
  [[nodiscard]] std::string line_of(const Message& message) const;
  Node& node(const std::string& name);

  std::vector<std::string> names_;  // the id is the position + 1
  std::unique_ptr<ReplicaGroup> group_;
  std::map<std::string, Message> kept_;
};

// Runs a file and compares, or rewrites it. Returns the differences; empty when there are none.
std::string run_scenario(const std::filesystem::path& file);

}  // namespace quorate::raft::testing
