#include "raft/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace quorate {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "check failed: %s at %s:%d\n", condition, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace quorate
