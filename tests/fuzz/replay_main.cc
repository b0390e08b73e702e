// Runs a fuzz target over the inputs of its corpus, without libFuzzer: what a fuzzer once found
// stays found. Usage: replay-<target> <folder>...
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> inputs_below(int count, char** folders) {
  std::vector<std::string> inputs;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(folders[i])) {
      if (entry.is_regular_file()) inputs.push_back(entry.path().string());
    }
  }
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

int replay(const std::vector<std::string>& inputs) {
  for (const std::string& path : inputs) {
    std::printf("%s\n", path.c_str());
    std::fflush(stdout);  // should the target abort, the last line names the input
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    static_cast<void>(
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  }
  std::printf("%zu inputs\n", inputs.size());
  return inputs.empty() ? 1 : 0;  // an empty corpus proves nothing
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return replay(inputs_below(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replay: %s\n", error.what());
    return 2;
  }
}
