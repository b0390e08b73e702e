// An image as bytes, and back: the content of a metadata snapshot.
//
//   content = header chunk* end
//   header  = "QMETA001" end_offset:u64 timestamp_ms:i64 state_hash:u64 checksum:u32
//                                   CRC-32C of the header before it
//   chunk   = length:u32 bytes      length > 0; a serialized RecordBatch of which only the records
//                                   count
//   end     = 0:u32 records:u64
//
// Numbers are little-endian. The records are those of image_writer.h, so that brokers and
// controllers restore an image with the code that replays the log. Equal images give equal bytes.
// What was read must have the state hash that was written (C2): a snapshot that is damaged, cut
// short or of another program is refused with its reason and changes nothing.
//
// Both work piece by piece and hold about one chunk.
// Owner: whoever writes or reads. Thread: one at a time.
// Source: docs/controller.md, "Snapshots".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/image/delta.h"
#include "controller/image/image_writer.h"
#include "raft/base/status.h"

namespace quorate::controller {

class ImageEncoder {
 public:
  explicit ImageEncoder(MetadataImage image) : writer_(std::move(image)) {}

  // The next piece, about 256 KiB; empty once all was given.
  [[nodiscard]] std::string next();

 private:
  enum class Part : std::uint8_t { kHeader, kChunks, kEnd };

  ImageWriter writer_;
  Part part_ = Part::kHeader;
  std::uint64_t records_ = 0;
};

class ImageDecoder {
 public:
  // The next bytes, cut anywhere. Errors: kUnsupported (a format or a record that this program does
  // not know), kCorruption. After an error the decoder is of no more use.
  Status add(std::string_view bytes);
  // No more bytes follow. Errors: kCorruption.
  Result<MetadataImage> finish() &&;

 private:
  struct Header {
    std::uint64_t end_offset = 0;
    std::int64_t timestamp_ms = 0;
    std::uint64_t state_hash = 0;
  };
  enum class Step : std::uint8_t { kDone, kNeedsMore };

  Result<Step> take_step();
  Result<Step> take_header();
  Result<Step> take_chunk(std::uint64_t length);
  Result<Step> take_end();
  [[nodiscard]] std::string_view rest() const { return std::string_view(held_).substr(at_); }
  [[nodiscard]] Status damaged(const std::string& what) const;

  std::string held_;  // from `at_` on not yet taken
  std::size_t at_ = 0;
  std::uint64_t taken_ = 0;  // bytes of the content before `held_`
  std::optional<Header> header_;
  Replayer replayer_{MetadataImage{}, Replayer::Source::kSnapshot};
  std::uint64_t records_ = 0;
  bool is_ended_ = false;
};

}  // namespace quorate::controller
