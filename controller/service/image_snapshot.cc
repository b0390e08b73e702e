#include "controller/service/image_snapshot.h"

#include <algorithm>
#include <string>

#include "controller/image/image_codec.h"

namespace quorate::controller {
namespace {

constexpr std::size_t kReadBytes = 1U << 20U;

class ImageSource final : public raft::SnapshotSource {
 public:
  explicit ImageSource(const MetadataImage& image) : encoder_(image) {}

  Result<raft::SharedBytes> read(std::size_t bytes_max) override {
    std::string bytes;
    while (bytes.size() < bytes_max) {
      if (at_ == piece_.size()) {
        piece_ = encoder_.next();
        at_ = 0;
        if (piece_.empty()) break;
      }
      const std::size_t taken = std::min(bytes_max - bytes.size(), piece_.size() - at_);
      bytes.append(piece_, at_, taken);
      at_ += taken;
    }
    return raft::SharedBytes(std::move(bytes));
  }

 private:
  ImageEncoder encoder_;
  std::string piece_;
  std::size_t at_ = 0;  // of the piece
};

}  // namespace

std::unique_ptr<raft::SnapshotSource> image_snapshot(const MetadataImage& image) {
  return std::make_unique<ImageSource>(image);
}

Result<MetadataImage> read_image_snapshot(raft::SnapshotSource& content) {
  ImageDecoder decoder;
  while (true) {
    const auto bytes = content.read(kReadBytes);
    if (!bytes.is_ok()) return bytes.status();
    if (bytes->size() == 0) return std::move(decoder).finish();
    QUORATE_TRY(decoder.add(bytes->view()));
  }
}

}  // namespace quorate::controller
