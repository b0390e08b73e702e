#include "tests/controller/client/slow_listener.h"

#include <array>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "raft/base/check.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::controller {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&::SSL_free)>;
using Bio = std::unique_ptr<BIO, decltype(&::BIO_free)>;

constexpr std::string_view kEmptySettings("\0\0\0\x04\0\0\0\0\0", 9);  // of HTTP/2

Bio reader_of(const std::string& pem) {
  return {::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &::BIO_free};
}

int choose_http2(SSL* /*session*/,
                 const unsigned char** chosen,
                 unsigned char* size,
                 const unsigned char* /*offered*/,
                 unsigned int /*offered_size*/,
                 void* /*unused*/) {
  static const std::array<unsigned char, 2> name = {'h', '2'};
  *chosen = name.data();
  *size = name.size();
  return SSL_TLSEXT_ERR_OK;
}

Context make_context() {
  const ClientTls tls = quick_options({}).tls;  // of a FakeController too
  Context context(::SSL_CTX_new(::TLS_server_method()), &::SSL_CTX_free);
  X509* certificate =
      ::PEM_read_bio_X509(reader_of(tls.certificate_pem).get(), nullptr, nullptr, nullptr);
  EVP_PKEY* key =
      ::PEM_read_bio_PrivateKey(reader_of(tls.key_pem).get(), nullptr, nullptr, nullptr);
  QUORATE_CHECK(::SSL_CTX_use_certificate(context.get(), certificate) == 1);
  QUORATE_CHECK(::SSL_CTX_use_PrivateKey(context.get(), key) == 1);
  ::X509_free(certificate);
  ::EVP_PKEY_free(key);
  ::SSL_CTX_set_alpn_select_cb(context.get(), choose_http2, nullptr);
  return context;
}

}  // namespace

struct SlowListener::Sockets {
  Context context = make_context();
  int stop = ::eventfd(0, EFD_CLOEXEC);
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  std::vector<int> taken;
  std::vector<Session> sessions;
};

SlowListener::SlowListener(std::uint16_t port, std::chrono::milliseconds late)
    : late_(late), sockets_(std::make_unique<Sockets>()) {
  const int yes = 1;
  ::setsockopt(sockets_->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  QUORATE_CHECK(
      ::bind(sockets_->listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  QUORATE_CHECK(::listen(sockets_->listener, 8) == 0);
  thread_ = std::thread([this] { run(); });
}

SlowListener::~SlowListener() {
  const std::uint64_t one = 1;
  QUORATE_CHECK(::write(sockets_->stop, &one, sizeof one) == static_cast<ssize_t>(sizeof one));
  thread_.join();
  sockets_->sessions.clear();
  for (const int socket : sockets_->taken)
    ::close(socket);
  ::close(sockets_->listener);
  ::close(sockets_->stop);
}

void SlowListener::run() {
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  QUORATE_CHECK(::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr) == 0);  // an error instead
  std::array<pollfd, 2> watched = {pollfd{sockets_->listener, POLLIN, 0},
                                   pollfd{sockets_->stop, POLLIN, 0}};
  while (::poll(watched.data(), watched.size(), -1) >= 0 && watched[1].revents == 0) {
    const int socket = ::accept(sockets_->listener, nullptr, nullptr);
    if (socket < 0) continue;  // gone again
    sockets_->taken.push_back(socket);
    serve(socket);
  }
}

void SlowListener::serve(int socket) {
  std::array<pollfd, 2> watched = {pollfd{socket, POLLRDHUP, 0}, pollfd{sockets_->stop, POLLIN, 0}};
  const int found = ::poll(watched.data(), watched.size(), static_cast<int>(late_.count()));
  if (watched[0].revents != 0) given_up_.fetch_add(1);
  if (found != 0) return;
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  Session session(::SSL_new(sockets_->context.get()), &::SSL_free);
  ::SSL_set_fd(session.get(), socket);
  if (::SSL_accept(session.get()) != 1) return;
  ::SSL_write(session.get(), kEmptySettings.data(), static_cast<int>(kEmptySettings.size()));
  sockets_->sessions.push_back(std::move(session));
}

}  // namespace quorate::controller
