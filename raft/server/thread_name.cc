#include "raft/server/thread_name.h"

#include <pthread.h>

namespace quorate::raft {

void name_this_thread(const char* name) {
  // A name that is too long is refused; nothing depends on it.
  static_cast<void>(pthread_setname_np(pthread_self(), name));
}

}  // namespace quorate::raft
