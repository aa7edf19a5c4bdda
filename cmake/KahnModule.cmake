# kahn_module(NAME [DEPENDS module...] [LINK target...])
#
# One folder under lib/ is one module: a static library kahn_NAME of every source in it. Its public headers are
# include/kahn/NAME/. DEPENDS names the modules that it sees (the order is that of DESIGN.md, checked by the layer test);
# LINK names what else it needs, which stays private to it.
function(kahn_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK;PUBLIC_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  file(GLOB headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/kahn/${name}/*.hpp")
  add_library(kahn_${name} STATIC ${sources})
  target_sources(kahn_${name} PUBLIC FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${headers})
  target_include_directories(kahn_${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib>")
  target_compile_features(kahn_${name} PUBLIC cxx_std_20)
  kahn_or_archives(public_link ${ARG_PUBLIC_LINK})
  kahn_or_archives(private_link ${ARG_LINK})
  target_link_libraries(kahn_${name} PUBLIC Boost::headers Threads::Threads ${public_link})
  foreach(module IN LISTS ARG_DEPENDS)
    target_link_libraries(kahn_${name} PUBLIC kahn_${module})
  endforeach()
  target_link_libraries(kahn_${name} PRIVATE ${private_link} $<BUILD_INTERFACE:kahn_warnings>)
  set_target_properties(kahn_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON VERIFY_INTERFACE_HEADER_SETS ON)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # nobody replaces a function of libkahn.so, so calls within a file may be inlined as ever
    target_compile_options(kahn_${name} PRIVATE -fno-semantic-interposition)
  endif()
  set_property(GLOBAL APPEND PROPERTY KAHN_MODULES ${name})
  set_property(GLOBAL APPEND PROPERTY KAHN_PRIVATE_LINKS ${ARG_LINK})
  set_property(GLOBAL APPEND PROPERTY KAHN_PUBLIC_LINKS Boost::headers Threads::Threads ${ARG_PUBLIC_LINK})
endfunction()

# kahn_module_tests(NAME [LINK target...])
#
# One folder under test/ is one test program, test_NAME, of every source in it. CTest gets one test a Boost.Test case,
# read from the program after it is built.
function(kahn_module_tests name)
  cmake_parse_arguments(ARG "" "" "LINK;PROPERTIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_executable(test_${name} ${sources} "${PROJECT_SOURCE_DIR}/test/support/main.cpp")
  target_compile_definitions(test_${name} PRIVATE KAHN_TEST_MODULE="${name}")
  target_include_directories(test_${name} PRIVATE "${PROJECT_SOURCE_DIR}/test")
  target_link_libraries(test_${name} PRIVATE ${ARG_LINK} Boost::unit_test_framework kahn_warnings)
  kahn_discover_tests(test_${name} PREFIX ${name} PROPERTIES ${ARG_PROPERTIES})
endfunction()

# kahn_discover_tests(TARGET PREFIX text [PROPERTIES ctest-properties...])
function(kahn_discover_tests target)
  cmake_parse_arguments(ARG "" "PREFIX" "PROPERTIES" ${ARGN})
  set(list_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake")
  add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS "${list_file}" VERBATIM
    COMMAND "${CMAKE_COMMAND}" "-DEXECUTABLE=$<TARGET_FILE:${target}>" "-DPREFIX=${ARG_PREFIX}"
            "-DPROPERTIES=${ARG_PROPERTIES}" "-DOUTPUT=${list_file}"
            -P "${PROJECT_SOURCE_DIR}/cmake/DiscoverBoostTests.cmake")
  set(include_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake")
  file(WRITE "${include_file}" "if(EXISTS \"${list_file}\")\n  include(\"${list_file}\")\nelse()\n  add_test(${target}_NOT_BUILT ${target}_NOT_BUILT)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include_file}")
endfunction()
