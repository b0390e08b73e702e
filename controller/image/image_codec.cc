#include "controller/image/image_codec.h"

#include <utility>

#include <google/protobuf/arena.h>

#include "quorate/controller/v1/record.pb.h"

#include "raft/base/crc32c.h"

namespace quorate::controller {
namespace {

constexpr std::string_view kFamily = "QMETA";
constexpr std::string_view kMagic = "QMETA001";
constexpr std::size_t kCheckedBytes = 32;  // of the header
constexpr std::size_t kHeaderBytes = 36;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kEndBytes = 12;
// No entry of the log is larger, so neither is a record: a length beyond it is none.
constexpr std::uint64_t kChunkBytesMax = 64U << 20U;

void append_number(std::string& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i)
    out.push_back(static_cast<char>(static_cast<unsigned char>(number >> (8 * i))));
}

std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    number = (number << 8U) | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::string header_of(const MetadataImage& image) {
  std::string header(kMagic);
  append_number(header, image.end_offset, 8);
  append_number(header, static_cast<std::uint64_t>(image.timestamp_ms), 8);
  append_number(header, state_hash(image), 8);
  append_number(header, crc32c(header), 4);
  return header;
}

std::string chunk_of(std::vector<v1::Record>& records) {
  v1::RecordBatch batch;
  batch.mutable_records()->Reserve(static_cast<int>(records.size()));
  for (v1::Record& record : records)
    *batch.add_records() = std::move(record);
  std::string chunk;
  append_number(chunk, batch.ByteSizeLong(), kLengthBytes);
  batch.AppendToString(&chunk);
  return chunk;
}

}  // namespace

std::string ImageEncoder::next() {
  switch (part_) {
    case Part::kHeader: part_ = Part::kChunks; return header_of(writer_.image());
    case Part::kChunks: {
      std::vector<v1::Record> records = writer_.next();
      if (!records.empty()) {
        records_ += records.size();
        return chunk_of(records);
      }
      part_ = Part::kEnd;
      std::string end;
      append_number(end, 0, kLengthBytes);
      append_number(end, records_, 8);
      return end;
    }
    case Part::kEnd: break;
  }
  return {};
}

Status ImageDecoder::add(std::string_view bytes) {
  held_ += bytes;
  while (true) {
    const Result<Step> step = take_step();
    if (!step.is_ok()) return step.status();
    if (*step == Step::kNeedsMore) break;
  }
  taken_ += at_;
  held_.erase(0, std::exchange(at_, 0));
  return Status::ok();
}

Result<MetadataImage> ImageDecoder::finish() && {
  if (!is_ended_) return damaged("it ends before its end");
  MetadataImage image =
      std::move(replayer_).finish_snapshot(header_->end_offset, header_->timestamp_ms);
  if (state_hash(image) != header_->state_hash) {
    return damaged("its records add up to state hash " + std::to_string(state_hash(image)) +
                   ", written was " + std::to_string(header_->state_hash));
  }
  return image;
}

Result<ImageDecoder::Step> ImageDecoder::take_step() {
  if (!header_) return take_header();
  if (is_ended_) {
    if (!rest().empty()) return damaged("bytes follow its end");
    return Step::kNeedsMore;
  }
  if (rest().size() < kLengthBytes) return Step::kNeedsMore;
  const std::uint64_t length = number_of(rest().substr(0, kLengthBytes));
  return length == 0 ? take_end() : take_chunk(length);
}

Result<ImageDecoder::Step> ImageDecoder::take_header() {
  const std::string_view head = rest();
  if (head.size() < kMagic.size()) return Step::kNeedsMore;
  if (!head.starts_with(kFamily)) return damaged("it does not begin like one");
  if (!head.starts_with(kMagic)) {
    return Status(Code::kUnsupported,
                  "metadata snapshot of format " +
                      std::string(head.substr(kFamily.size(), kMagic.size() - kFamily.size())) +
                      "; this program reads 001");
  }
  if (head.size() < kHeaderBytes) return Step::kNeedsMore;
  if (number_of(head.substr(kCheckedBytes, 4)) != crc32c(head.substr(0, kCheckedBytes))) {
    return damaged("its header does not match its checksum");
  }
  header_ = Header{number_of(head.substr(8, 8)),
                   static_cast<std::int64_t>(number_of(head.substr(16, 8))),
                   number_of(head.substr(24, 8))};
  at_ += kHeaderBytes;
  return Step::kDone;
}

Result<ImageDecoder::Step> ImageDecoder::take_chunk(std::uint64_t length) {
  if (length > kChunkBytesMax) {
    return damaged("a chunk of " + std::to_string(length) + " bytes is announced");
  }
  if (rest().size() < kLengthBytes + length) return Step::kNeedsMore;
  google::protobuf::Arena arena;
  auto& batch = *google::protobuf::Arena::CreateMessage<v1::RecordBatch>(&arena);
  if (!batch.ParseFromArray(rest().data() + kLengthBytes, static_cast<int>(length))) {
    return damaged("a chunk is not a batch of records");
  }
  for (const v1::Record& record : batch.records()) {
    QUORATE_TRY(replayer_.apply(record).with_context("metadata snapshot"));
    ++records_;
  }
  at_ += kLengthBytes + length;
  return Step::kDone;
}

Result<ImageDecoder::Step> ImageDecoder::take_end() {
  if (rest().size() < kEndBytes) return Step::kNeedsMore;
  const std::uint64_t written = number_of(rest().substr(kLengthBytes, kEndBytes - kLengthBytes));
  if (written != records_) {
    return damaged("it holds " + std::to_string(records_) + " records, written were " +
                   std::to_string(written));
  }
  at_ += kEndBytes;
  is_ended_ = true;
  return Step::kDone;
}

Status ImageDecoder::damaged(const std::string& what) const {
  return {Code::kCorruption,
          "metadata snapshot, byte " + std::to_string(taken_ + at_) + ": " + what};
}

}  // namespace quorate::controller
