# What `cmake --install` puts where. Programs here; the library's package is added with it.
if(QUORATE_BUILD_PROGRAMS)
  foreach(program quorate quorate-controller quorate-broker)
    if(TARGET ${program})
      install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
  endforeach()
endif()
