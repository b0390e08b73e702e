#include "raft/storage/snapshot_format.h"

#include <cstdio>

#include "raft/base/crc32c.h"
#include "raft/storage/byte_codec.h"

namespace quorate::raft {
namespace {

constexpr std::string_view kMagic = "QSNAP001";
constexpr std::size_t kHeadBytes = 12;    // magic, length
constexpr std::size_t kChunkHead = 8;     // length, checksum
constexpr std::size_t kFooterBytes = 20;  // 0, bytes, checksum, checksum of these
constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kBodyBytesMax = 1U << 16U;

struct Header {
  GroupId group;
  SnapshotMeta meta;
  std::uint64_t end = 0;  // position behind it
};

struct Footer {
  std::uint64_t bytes = 0;
  std::uint32_t checksum = 0;
};

Status damaged(std::string what) {
  return {Code::kCorruption, "snapshot: " + std::move(what)};
}

Result<Header> decode_body(std::string_view body, std::uint64_t end) {
  ByteReader reader(body);
  const std::uint32_t format = reader.u32();
  if (reader.failed() || format != kFormat) return damaged("unknown format");
  Header header;
  header.group.value = reader.u64();
  header.meta.last.term.value = reader.u64();
  header.meta.last.index.value = reader.u64();
  header.meta.bytes = reader.u64();
  header.meta.checksum = reader.u32();
  if (reader.failed()) return damaged("the header is cut short");
  auto membership = decode_membership(reader.bytes(reader.remaining()));
  if (!membership.is_ok()) return membership.status().with_context("snapshot header");
  header.meta.membership = std::move(membership).value();
  header.end = end;
  return header;
}

Result<Header> read_header(ReadFile& file, GroupId group) {
  if (file.size() < kHeadBytes) return damaged("the header is cut short");
  const Result<std::string> head = file.read(0, kHeadBytes);
  if (!head.is_ok()) return head.status();
  ByteReader reader(*head);
  if (reader.bytes(kMagic.size()) != kMagic) return damaged("not a snapshot file");
  const std::uint32_t length = reader.u32();
  if (length > kBodyBytesMax || file.size() < kHeadBytes + length + 4) {
    return damaged("the header is cut short");
  }
  const Result<std::string> rest = file.read(kHeadBytes, length + 4);
  if (!rest.is_ok()) return rest.status();
  const std::string_view body = std::string_view(*rest).substr(0, length);
  ByteReader tail(std::string_view(*rest).substr(length));
  if (tail.u32() != crc32c(body)) return damaged("the header does not match its checksum");
  Result<Header> header = decode_body(body, kHeadBytes + length + 4);
  if (header.is_ok() && header->group != group) return damaged("it is of another group");
  return header;
}

Result<Footer> read_footer(ReadFile& file, std::uint64_t position) {
  if (file.size() < position || file.size() - position != kFooterBytes) {
    return damaged("no footer ends the file");
  }
  const Result<std::string> bytes = file.read(position, kFooterBytes);
  if (!bytes.is_ok()) return bytes.status();
  ByteReader reader(*bytes);
  const std::uint32_t zero = reader.u32();
  const Footer footer{reader.u64(), reader.u32()};
  const std::uint32_t expected = crc32c(std::string_view(*bytes).substr(0, kFooterBytes - 4));
  if (zero != 0 || reader.u32() != expected) return damaged("the footer is damaged");
  return footer;
}

std::uint32_t chunk_checksum(std::uint64_t offset, std::string_view data) {
  std::string place;
  append_u64(place, offset);
  return crc32c(data, crc32c(place));
}

}  // namespace

std::string snapshot_name(const LogId& last) {
  char name[64];
  std::snprintf(name,
                sizeof name,
                "snapshot-%020llu-%020llu",
                static_cast<unsigned long long>(last.index.value),
                static_cast<unsigned long long>(last.term.value));
  return name;
}

std::string encode_snapshot_header(GroupId group, const SnapshotMeta& meta) {
  std::string body;
  append_u32(body, kFormat);
  append_u64(body, group.value);
  append_u64(body, meta.last.term.value);
  append_u64(body, meta.last.index.value);
  append_u64(body, meta.bytes);
  append_u32(body, meta.checksum);
  body += encode_membership(meta.membership);
  std::string out(kMagic);
  append_u32(out, static_cast<std::uint32_t>(body.size()));
  out += body;
  append_u32(out, crc32c(body));
  return out;
}

std::string encode_chunk_head(std::uint64_t offset, std::string_view data) {
  std::string out;
  append_u32(out, static_cast<std::uint32_t>(data.size()));
  append_u32(out, chunk_checksum(offset, data));
  return out;
}

std::string encode_snapshot_footer(std::uint64_t bytes, std::uint32_t checksum) {
  std::string out;
  append_u32(out, 0);
  append_u64(out, bytes);
  append_u32(out, checksum);
  append_u32(out, crc32c(out));
  return out;
}

Result<SnapshotMeta> read_snapshot_claim(ReadFile& file, GroupId group) {
  const Result<Header> header = read_header(file, group);
  if (!header.is_ok()) return header.status();
  if (file.size() < header->end + kFooterBytes) return damaged("no footer ends the file");
  const Result<Footer> footer = read_footer(file, file.size() - kFooterBytes);
  if (!footer.is_ok()) return footer.status();
  SnapshotMeta meta = header->meta;
  meta.bytes = footer->bytes;
  meta.checksum = footer->checksum;
  return meta;
}

Result<std::string> read_chunk(ReadFile& file, const ChunkAt& at) {
  Result<std::string> data = file.read(at.position + kChunkHead, at.length);
  if (!data.is_ok()) return data;
  const Result<std::string> head = file.read(at.position, kChunkHead);
  if (!head.is_ok()) return head;
  if (*head != encode_chunk_head(at.offset, *data)) {
    return damaged("the chunk at byte " + std::to_string(at.offset) +
                   " does not match its checksum");
  }
  return data;
}

Result<SnapshotScan> scan_snapshot(ReadFile& file, GroupId group) {
  const Result<Header> header = read_header(file, group);
  if (!header.is_ok()) return header.status();
  SnapshotScan scan;
  scan.announced = header->meta;
  scan.whole_end = header->end;
  while (true) {
    if (file.size() - scan.whole_end < kChunkHead) {
      scan.flaw = damaged("it ends inside a chunk");
      return scan;
    }
    const Result<std::string> head = file.read(scan.whole_end, kChunkHead);
    if (!head.is_ok()) return head.status();
    const std::uint32_t length = ByteReader(*head).u32();
    if (length == 0) break;
    const ChunkAt at{scan.bytes, scan.whole_end, length};
    if (length > kSnapshotChunkBytesMax || file.size() - scan.whole_end - kChunkHead < length) {
      scan.flaw = damaged("it ends inside a chunk");
      return scan;
    }
    const Result<std::string> data = read_chunk(file, at);
    if (!data.is_ok()) {
      if (data.status().code() != Code::kCorruption) return data.status();
      scan.flaw = data.status();
      return scan;
    }
    scan.chunks.push_back(at);
    scan.bytes += length;
    scan.checksum = crc32c(*data, scan.checksum);
    scan.whole_end += kChunkHead + length;
  }
  const Result<Footer> footer = read_footer(file, scan.whole_end);
  if (!footer.is_ok()) {
    scan.flaw = footer.status();
  } else if (footer->bytes != scan.bytes || footer->checksum != scan.checksum) {
    scan.flaw = damaged("the content does not match its checksum");
  }
  return scan;
}

}  // namespace quorate::raft
