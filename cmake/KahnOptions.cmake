include(GNUInstallDirs)
include(CMakeDependentOption)

option(KAHN_BUILD_APPS "Build the kahn command" ${PROJECT_IS_TOP_LEVEL})
option(KAHN_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(KAHN_BUILD_BENCH "Build the benchmarks" OFF)
option(KAHN_INSTALL "Make install rules" ${PROJECT_IS_TOP_LEVEL})
option(KAHN_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)
set(KAHN_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(KAHN_CCACHE ccache)
  if(KAHN_CCACHE)  # paths count from the source folder, so that clones of this tree share what they compiled
    set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=true "${KAHN_CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
    set(CMAKE_C_COMPILER_LAUNCHER "${launcher}")
  endif()
endif()

# Private to this project: consumers never see these flags.
add_library(kahn_warnings INTERFACE)
target_compile_options(kahn_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Woverloaded-virtual>
  $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wpedantic -Wshadow>
  $<$<BOOL:${KAHN_WARNINGS_AS_ERRORS}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms on every `"text" + std::string` at -O2 (GCC bug 105651).
  target_compile_options(kahn_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()

if(KAHN_SANITIZE)
  add_compile_options(-fsanitize=${KAHN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KAHN_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms in instrumented code: GCC's manual says so of the first, coroutine frames raise the second.
    add_compile_options(-Wno-maybe-uninitialized $<$<COMPILE_LANGUAGE:CXX>:-Wno-mismatched-new-delete>)
  endif()
  if(KAHN_SANITIZE MATCHES "thread")
    # The sanitizer does not model atomic_thread_fence, by which Asio's last owner of an executor sees what the others did: it
    # reports a race with `operator delete`. Without std::atomic, Asio counts by boost::detail::atomic_count, which has no fence.
    add_compile_definitions(BOOST_ASIO_DISABLE_STD_ATOMIC)
  endif()
endif()
