# What makes a mistake with memory harder to use, for every target of this build: the compiler's and
# the linker's own measures. tests/package/hardened_programs.py looks for them in the programs.
# Sanitizers watch for the same mistakes and want none of it.
set(optimized 0)
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
if("${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}" MATCHES "-O[123s]")
  set(optimized 1)  # the C library refuses _FORTIFY_SOURCE without
endif()
set(x86 0)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(x86 1)
endif()

target_compile_options(quorate_build INTERFACE
  -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero
  -Wformat -Werror=format-security
  $<${x86}:-fcf-protection=full>)
target_compile_definitions(quorate_build INTERFACE
  _GLIBCXX_ASSERTIONS $<${optimized}:_FORTIFY_SOURCE=3>)
target_link_options(quorate_build INTERFACE
  -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code)
