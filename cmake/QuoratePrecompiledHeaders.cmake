# The standard library and Catch2 are read once instead of once in each file: that was 40 % of what
# compiling this tree cost. Only with the option QUORATE_PRECOMPILE_HEADERS (presets for
# development), for a file that forgets an include compiles all the same; the release preset tells.
#
# A header can be used by a target that agrees with it on position independence (-fPIC, -fPIE) and
# on each macro whose name occurs in it.
if(PROJECT_IS_TOP_LEVEL AND QUORATE_CCACHE)
  # What ccache asks for before it keeps a file that was compiled with such a header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${QUORATE_CCACHE}")
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

# g++ 12 tells of arrays in inlined std::string that are never read out of bounds, and forgets with
# such a header that it stands in a system header, where it would keep that to itself.
target_compile_options(quorate_build INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow>)

set(QUORATE_STANDARD_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <deque> <filesystem> <fstream> <functional>
  <map> <memory> <mutex> <optional> <set> <span> <sstream> <string> <string_view> <thread>
  <unordered_map> <utility> <variant> <vector>)

file(CONFIGURE OUTPUT "${quorate_BINARY_DIR}/precompiled.cc" CONTENT "// For its header alone.\n")

# quorate_precompiled(NAME HEADER <h>...) makes the header of libraries, quorate_precompiled_NAME.
function(quorate_precompiled name)
  add_library(quorate_precompiled_${name} OBJECT "${quorate_BINARY_DIR}/precompiled.cc")
  target_compile_features(quorate_precompiled_${name} PRIVATE cxx_std_20)
  target_link_libraries(quorate_precompiled_${name} PRIVATE quorate_build)
  target_precompile_headers(quorate_precompiled_${name} PRIVATE ${ARGN})
endfunction()

quorate_precompiled(library ${QUORATE_STANDARD_HEADERS})
set_target_properties(quorate_precompiled_library PROPERTIES POSITION_INDEPENDENT_CODE ON)
if(QUORATE_BUILD_TESTS)
  quorate_precompiled(test <catch2/catch.hpp> ${QUORATE_STANDARD_HEADERS})
  target_link_libraries(quorate_precompiled_test PRIVATE Catch2::Catch2)
  target_compile_options(quorate_precompiled_test PRIVATE -fPIE)  # as in the tests, programs all
  # Catch2 knows this name and gRPC defines it.
  target_compile_definitions(quorate_precompiled_test PUBLIC NOMINMAX)
endif()
