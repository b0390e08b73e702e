#include "raft/base/crc32c.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace quorate {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78U;  // reflected 0x1EDC6F41
constexpr std::size_t kSlices = 8;

using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < kSlices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t previous = tables[slice - 1][byte];
      tables[slice][byte] = (previous >> 8U) ^ tables[0][previous & 0xffU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint32_t by_tables(const char* data, std::size_t size, std::uint32_t crc) {
  while (size >= kSlices && std::endian::native == std::endian::little) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, sizeof word);
    word ^= crc;
    crc = 0;
    for (std::size_t i = 0; i < kSlices; ++i) {
      crc ^= kTables[kSlices - 1 - i][(word >> (8U * i)) & 0xffU];
    }
    data += kSlices;
    size -= kSlices;
  }
  for (; size > 0; --size, ++data) {
    crc = (crc >> 8U) ^ kTables[0][(crc ^ static_cast<unsigned char>(*data)) & 0xffU];
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_hardware(const char* data,
                                                            std::size_t size,
                                                            std::uint32_t crc) {
  std::uint64_t wide = crc;
  for (; size >= sizeof(std::uint64_t); size -= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, sizeof word);
    wide = __builtin_ia32_crc32di(wide, word);
    data += sizeof word;
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (; size > 0; --size, ++data) {
    narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*data));
  }
  return narrow;
}
#endif

using Function = std::uint32_t (*)(const char*, std::size_t, std::uint32_t);

Function choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return by_hardware;
#endif
  return by_tables;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  static const Function function = choose();
  return ~function(bytes.data(), bytes.size(), ~before);
}

}  // namespace quorate
