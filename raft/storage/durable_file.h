// Small files written so that they survive a power failure, and what is needed around them.
//
// Errors name the path and the system's reason. Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"

namespace quorate::raft {

// kIoError (kNotFound for ENOENT) saying "<path>: <action>: <reason of errno>".
[[nodiscard]] Status system_error(const std::string& path, std::string_view action);

// All of `bytes` at the end of an open file; `path` is for the error.
Status write_all(int descriptor, std::string_view bytes, const std::string& path);

// The whole file; kNotFound when there is none.
Result<std::string> read_file(const std::string& path);

// Writes a new file beside `path`, syncs it, renames it over `path` and syncs the directory: after
// a crash there is the old file or the new one, whole.
Status replace_file(const std::string& path, std::string_view bytes);

// Makes created, renamed and removed names in `dir` durable.
Status sync_directory(const std::string& dir);

// Names in `dir`, sorted, without "." and ".."; kNotFound when there is no such directory.
Result<std::vector<std::string>> list_directory(const std::string& dir);

}  // namespace quorate::raft
