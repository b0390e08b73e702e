// MemoryDirectory: a Directory whose disk is a map, and which can lose power.
//
// Knows what would survive: bytes that were synced, names whose directory was. From `stop_at` on
// every changing operation fails; lose_power() then leaves what a real disk might.
// Thread: any (one lock inside). Owner: whoever built it; files that are open keep it alive.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "raft/storage/directory.h"

namespace quorate::raft {

class MemoryDirectory final : public Directory {
 public:
  MemoryDirectory();
  ~MemoryDirectory() override;

  Result<std::vector<std::string>> list() override;
  Result<std::unique_ptr<AppendFile>> create(const std::string& name) override;
  Result<std::unique_ptr<AppendFile>> resume(const std::string& name, std::uint64_t size) override;
  Result<std::unique_ptr<ReadFile>> open(const std::string& name) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& name) override;
  Status sync() override;

  // Another view of the same disk, for a store that the disk outlives.
  [[nodiscard]] std::unique_ptr<Directory> share() const;

  // Changing operations so far.
  [[nodiscard]] std::uint64_t operations() const;
  // The changing operation with this number (0, 1, ...) and all behind it fail; that one leaves
  // half of what it would append.
  void stop_at(std::uint64_t operation);
  void stop_never() { stop_at(UINT64_MAX); }

  // What is not durable is lost, as far as `draw` says: draw(n) is a number in [0, n], of unsynced
  // bytes of a file that stay, or (n = 1) of whether names changed since the last sync did.
  using Draw = std::function<std::uint64_t(std::uint64_t)>;
  void lose_power(const Draw& draw);

  // Flips one bit; for damage that no crash explains. Requires that the file is that long.
  void damage(const std::string& name, std::uint64_t offset);
  [[nodiscard]] std::uint64_t size_of(const std::string& name) const;

 private:
  struct Disk;
  class Appender;
  class Reader;
  explicit MemoryDirectory(std::shared_ptr<Disk> disk);
  std::shared_ptr<Disk> disk_;
};

}  // namespace quorate::raft
