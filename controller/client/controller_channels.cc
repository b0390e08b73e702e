#include "controller/client/controller_channels.h"

#include <algorithm>
#include <utility>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

namespace quorate::controller {
namespace {

// A controller that comes back is found within this time, not gRPC's second and more.
constexpr int kReconnectMinMs = 50;
constexpr int kReconnectMaxMs = 500;
constexpr int kHandshakeMs = 2000;  // TCP and TLS together
constexpr int kKeepaliveMs = 5000;
constexpr int kKeepaliveTimeoutMs = 2000;

std::shared_ptr<grpc::Channel> open_channel(const ClientOptions& options,
                                            const std::string& address) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = options.tls.ca_pem;
  tls.pem_cert_chain = options.tls.certificate_pem;
  tls.pem_private_key = options.tls.key_pem;
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride(options.tls.server_name);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMinMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kHandshakeMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(static_cast<int>(options.message_bytes_max));
  return grpc::CreateCustomChannel(address, grpc::SslCredentials(tls), arguments);
}

}  // namespace

ControllerChannels::ControllerChannels(ClientOptions options)
    : options_(std::move(options)), leader_(options_.controllers.size()) {
  for (const std::string& address : options_.controllers) {
    channels_.push_back(open_channel(options_, address));
  }
}

Target ControllerChannels::target(std::size_t at) {
  return {at, options_.controllers[at], channels_[at]};
}

Target ControllerChannels::active() {
  {
    const MutexLock lock(mutex_);
    if (leader_ < channels_.size()) return target(leader_);
  }
  return any();
}

Target ControllerChannels::any() {
  const MutexLock lock(mutex_);
  return target(next_++ % channels_.size());
}

Target ControllerChannels::at(std::string_view address) {
  const auto found = std::ranges::find(options_.controllers, address);
  if (found == options_.controllers.end()) return {0, std::string(address), nullptr};
  return target(static_cast<std::size_t>(found - options_.controllers.begin()));
}

void ControllerChannels::on_leader_hint(std::string_view hint) {
  const std::string_view address = hint.substr(std::min(hint.find(' ') + 1, hint.size()));
  const auto found = std::ranges::find(options_.controllers, address);
  const MutexLock lock(mutex_);
  leader_ = static_cast<std::size_t>(found - options_.controllers.begin());
}

void ControllerChannels::on_answered_as_leader(const Target& answered) {
  const MutexLock lock(mutex_);
  leader_ = answered.at;
}

void ControllerChannels::on_failed(const Target& failed) {
  const MutexLock lock(mutex_);
  if (leader_ == failed.at) leader_ = channels_.size();
}

bool ControllerChannels::connect(const Target& wanted, SteadyTime deadline) {
  constexpr auto kGlance = std::chrono::milliseconds(50);  // how late a shutdown is noticed
  bool failed_before = false;
  while (!is_shut_down()) {
    const grpc_connectivity_state state = wanted.channel->GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return true;
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) return false;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE) {
      // One glance: a connection that is being made again makes progress only while somebody
      // waits, and the channel says that it failed until it is ready.
      if (failed_before) return false;
      failed_before = true;
    }
    const auto patience = std::min<std::chrono::nanoseconds>(deadline - now, kGlance);
    wanted.channel->WaitForStateChange(
        state,
        std::chrono::system_clock::now() +
            std::chrono::duration_cast<std::chrono::system_clock::duration>(patience));
  }
  return false;
}

bool ControllerChannels::begin(grpc::ClientContext& context) {
  const MutexLock lock(mutex_);
  if (!shut_down_) running_.insert(&context);
  return !shut_down_;
}

void ControllerChannels::end(grpc::ClientContext& context) {
  const MutexLock lock(mutex_);
  running_.erase(&context);
}

void ControllerChannels::shutdown() {
  const MutexLock lock(mutex_);
  shut_down_ = true;
  for (grpc::ClientContext* context : running_)
    context->TryCancel();
  stopped_.notify_all();
}

bool ControllerChannels::is_shut_down() const {
  const MutexLock lock(mutex_);
  return shut_down_;
}

bool ControllerChannels::sleep(std::chrono::milliseconds pause) {
  const auto until = std::chrono::steady_clock::now() + pause;
  const MutexLock lock(mutex_);
  while (!shut_down_) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) break;
    stopped_.wait_for(mutex_, left);
  }
  return !shut_down_;
}

}  // namespace quorate::controller
