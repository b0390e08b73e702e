# Third-party packages, all from Debian 12 (docs/dependencies.md says why each is here).
# Each is looked for only when something that is built needs it.
foreach(whole PROGRAMS EXAMPLES TESTS BENCH)
  if(QUORATE_BUILD_${whole} AND NOT (QUORATE_BUILD_RAFT_ROCKSDB AND QUORATE_BUILD_RAFT_CODEC
                                     AND QUORATE_BUILD_RAFT_GRPC))
    message(FATAL_ERROR "QUORATE_BUILD_${whole} needs QUORATE_BUILD_RAFT_ROCKSDB, "
      "QUORATE_BUILD_RAFT_CODEC and QUORATE_BUILD_RAFT_GRPC")
  endif()
endforeach()
if(QUORATE_BUILD_RAFT_GRPC AND NOT QUORATE_BUILD_RAFT_CODEC)
  message(FATAL_ERROR "QUORATE_BUILD_RAFT_GRPC needs QUORATE_BUILD_RAFT_CODEC")
endif()

find_package(Threads REQUIRED)
if(QUORATE_BUILD_RAFT_CODEC)
  find_package(Protobuf REQUIRED)
endif()
if(QUORATE_BUILD_RAFT_GRPC OR QUORATE_BUILD_RAFT_ROCKSDB OR QUORATE_BUILD_PROGRAMS)
  find_package(PkgConfig REQUIRED)
endif()
if(QUORATE_BUILD_RAFT_GRPC)
  find_package(OpenSSL REQUIRED)
  find_program(QUORATE_GRPC_PLUGIN grpc_cpp_plugin REQUIRED)
  pkg_check_modules(QUORATE_GRPC REQUIRED IMPORTED_TARGET GLOBAL grpc++)
endif()
if(QUORATE_BUILD_RAFT_ROCKSDB)
  pkg_check_modules(QUORATE_ROCKSDB REQUIRED IMPORTED_TARGET GLOBAL rocksdb)
endif()
if(QUORATE_BUILD_PROGRAMS OR QUORATE_BUILD_TESTS)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()
if(QUORATE_BUILD_PROGRAMS)
  pkg_check_modules(QUORATE_HTTPLIB REQUIRED IMPORTED_TARGET GLOBAL cpp-httplib)
  find_package(spdlog REQUIRED)
  find_path(QUORATE_ASIO_INCLUDE asio.hpp REQUIRED)
  add_library(quorate_asio INTERFACE)
  target_include_directories(quorate_asio SYSTEM INTERFACE ${QUORATE_ASIO_INCLUDE})
  # asio 1.22 looks for the coroutines of clang in <experimental/coroutine> only.
  target_compile_definitions(quorate_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED
    $<$<CXX_COMPILER_ID:Clang>:ASIO_HAS_CO_AWAIT>)
  target_link_libraries(quorate_asio INTERFACE Threads::Threads)
endif()
if(QUORATE_BUILD_PROGRAMS OR QUORATE_BUILD_EXAMPLES)
  find_package(CLI11 REQUIRED)
  find_package(nlohmann_json REQUIRED)
endif()
if(QUORATE_BUILD_TESTS)
  find_package(Catch2 2 REQUIRED)
  include(Catch)
endif()

# quorate_proto(NAME [GRPC] FILES quorate/x/v1/a.proto...) makes library quorate::NAME from files
# below proto/; with GRPC also the service stubs.
function(quorate_proto name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "GRPC" "" "FILES;LINK")
  set(out "${quorate_BINARY_DIR}/proto")
  set(sources "")
  foreach(file IN LISTS arg_FILES)
    string(REGEX REPLACE "\\.proto$" "" stem "${file}")
    set(made "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h")
    set(plugin "")
    if(arg_GRPC)
      list(APPEND made "${out}/${stem}.grpc.pb.cc" "${out}/${stem}.grpc.pb.h")
      set(plugin "--grpc_out=${out}" "--plugin=protoc-gen-grpc=${QUORATE_GRPC_PLUGIN}")
    endif()
    add_custom_command(OUTPUT ${made}
      COMMAND ${CMAKE_COMMAND} -E make_directory "${out}"
      COMMAND protobuf::protoc "--cpp_out=${out}" ${plugin} "-I${quorate_SOURCE_DIR}/proto"
              "${file}"
      DEPENDS "${quorate_SOURCE_DIR}/proto/${file}" VERBATIM)
    list(APPEND sources ${made})
  endforeach()
  add_library(quorate_${name} STATIC ${sources})
  add_library(quorate::${name} ALIAS quorate_${name})
  # Each file that protoc makes uses the same names for its tables.
  set_target_properties(quorate_${name} PROPERTIES EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON UNITY_BUILD OFF)
  target_compile_features(quorate_${name} PUBLIC cxx_std_20)
  target_include_directories(quorate_${name} SYSTEM PUBLIC $<BUILD_INTERFACE:${out}>)
  target_link_libraries(quorate_${name} PUBLIC protobuf::libprotobuf ${arg_LINK}
    $<$<BOOL:${arg_GRPC}>:PkgConfig::QUORATE_GRPC>)
  if(QUORATE_SANITIZE)
    target_compile_options(quorate_${name} PRIVATE -fsanitize=${QUORATE_SANITIZE})
  endif()
endfunction()
