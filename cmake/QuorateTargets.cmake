# How a target of this project is made: language level, warnings, sanitizers, include root.
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(QUORATE_CCACHE ccache)
  if(QUORATE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${QUORATE_CCACHE}")
  endif()
endif()

# Headers lie below include/quorate, so that an embedder includes them as this tree does.
set(QUORATE_INCLUDE_DIR "include/quorate")

# -Wno-deprecated-declarations: libstdc++ 12 has no pragma for clang around its own use of
# get_temporary_buffer (std::stable_sort); g++ tells of ours.
add_library(quorate_build INTERFACE)  # private to the build, never installed
target_compile_features(quorate_build INTERFACE cxx_std_20)
target_compile_options(quorate_build INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wswitch-enum -Wextra-semi
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wsuggest-override>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wno-missing-field-initializers>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${QUORATE_WARNINGS_AS_ERRORS}>:-Werror>)
if(CMAKE_UNITY_BUILD)
  # Of a class in a .cc with a field of an anonymous namespace: harmless there, g++ takes what is
  # included for a header.
  target_compile_options(quorate_build INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(QUORATE_SANITIZE)
  target_compile_options(quorate_build INTERFACE
    -fsanitize=${QUORATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(quorate_build INTERFACE -fsanitize=${QUORATE_SANITIZE})
endif()
if(QUORATE_HARDEN AND NOT QUORATE_SANITIZE)
  include(QuorateHardening)
endif()
if(QUORATE_CHECK_INVARIANTS)
  target_compile_definitions(quorate_build INTERFACE QUORATE_CHECK_INVARIANTS=1)
endif()
if(QUORATE_FAIL_POINTS)
  target_compile_definitions(quorate_build INTERFACE QUORATE_FAIL_POINTS=1)
endif()

# quorate_library(NAME SOURCES a.cc... [HEADERS a.h...] [LINK pub...] [LINK_PRIVATE priv...])
# makes static library quorate_NAME with alias quorate::NAME. HEADERS are what an embedder includes:
# installed with the component (QuorateInstall.cmake), checked to be self-contained, free of
# third-party types.
function(quorate_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;LINK;LINK_PRIVATE")
  add_library(quorate_${name} STATIC ${arg_SOURCES})
  add_library(quorate::${name} ALIAS quorate_${name})
  set_target_properties(quorate_${name} PROPERTIES EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON VERIFY_INTERFACE_HEADER_SETS ON)
  target_compile_features(quorate_${name} PUBLIC cxx_std_20)
  target_include_directories(quorate_${name} PUBLIC
    $<BUILD_INTERFACE:${quorate_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${QUORATE_INCLUDE_DIR}>)
  if(arg_HEADERS)
    target_sources(quorate_${name} PUBLIC FILE_SET HEADERS
      BASE_DIRS ${quorate_SOURCE_DIR} FILES ${arg_HEADERS})
  endif()
  target_link_libraries(quorate_${name}
    PUBLIC ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE} $<BUILD_INTERFACE:quorate_build>)
  if(QUORATE_PRECOMPILE_HEADERS)
    target_precompile_headers(quorate_${name} REUSE_FROM quorate_precompiled_library)
  endif()
endfunction()

# quorate_headers(NAME HEADERS a.h... [LINK lib...]) makes quorate::NAME of headers alone.
function(quorate_headers name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LINK")
  add_library(quorate_${name} INTERFACE)
  add_library(quorate::${name} ALIAS quorate_${name})
  set_target_properties(quorate_${name} PROPERTIES EXPORT_NAME ${name}
    VERIFY_INTERFACE_HEADER_SETS ON)
  target_compile_features(quorate_${name} INTERFACE cxx_std_20)
  target_include_directories(quorate_${name} INTERFACE
    $<BUILD_INTERFACE:${quorate_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${QUORATE_INCLUDE_DIR}>)
  target_sources(quorate_${name} INTERFACE FILE_SET HEADERS
    BASE_DIRS ${quorate_SOURCE_DIR} FILES ${arg_HEADERS})
  target_link_libraries(quorate_${name} INTERFACE ${arg_LINK})
endfunction()

# quorate_program(NAME SOURCES a.cc... LINK lib...) makes the binary NAME in <build>/bin.
function(quorate_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${quorate_BINARY_DIR}/bin"
    POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${name} PRIVATE ${quorate_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINK} quorate_build)
endfunction()

# quorate_test(NAME LABELS l SOURCES a_test.cc... LINK lib... [TIMEOUT s])
# makes one Catch2 binary; ctest sees each of its test cases. Names of test cases are sentences
# without commas, brackets, quotes or semicolons. QUORATE_TEST_PATIENCE times longer may they take.
# Those labelled net, process or example wait for clocks and other processes: each runs alone.
function(quorate_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT;LABELS" "SOURCES;LINK")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "quorate_test(${name}): a test has one label; what is "
      "${arg_UNPARSED_ARGUMENTS}?")  # catch_discover_tests would take a second for a property
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  math(EXPR timeout "${arg_TIMEOUT} * ${QUORATE_TEST_PATIENCE}")
  set(watched "")
  if(QUORATE_SANITIZE)
    set(watched FIXTURES_REQUIRED sanitizer_reports)
  endif()
  set(serial FALSE)
  if(arg_LABELS MATCHES "^(net|process|example)$")
    set(serial TRUE)
  endif()
  add_executable(test-${name} ${arg_SOURCES})
  set_target_properties(test-${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${quorate_BINARY_DIR}/tests/bin" POSITION_INDEPENDENT_CODE ON)
  target_include_directories(test-${name} PRIVATE ${quorate_SOURCE_DIR})
  target_compile_definitions(test-${name} PRIVATE QUORATE_SOURCE_DIR="${quorate_SOURCE_DIR}"
    QUORATE_BIN_DIR="${quorate_BINARY_DIR}/bin")
  target_link_libraries(test-${name} PRIVATE ${arg_LINK} quorate_test_main quorate_build)
  if(QUORATE_PRECOMPILE_HEADERS)
    target_precompile_headers(test-${name} REUSE_FROM quorate_precompiled_test)
    target_compile_definitions(test-${name} PRIVATE NOMINMAX)
  endif()
  catch_discover_tests(test-${name} TEST_PREFIX "${name}: "
    PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${timeout}
      RUN_SERIAL ${serial} ${watched})
endfunction()
