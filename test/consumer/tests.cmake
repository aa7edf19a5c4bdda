# What others do with this project: install it and find it as a package, or take it in as a folder.
set(prefix "${PROJECT_BINARY_DIR}/consumer/prefix")

# package_test(NAME [NEEDS fixture...] [GIVES fixture] COMMAND ...)
function(package_test name)
  cmake_parse_arguments(ARG "" "GIVES" "NEEDS;COMMAND" ${ARGN})
  add_test(NAME package/${name} COMMAND ${ARG_COMMAND})
  set_tests_properties(package/${name} PROPERTIES LABELS package TIMEOUT 1800
    FIXTURES_SETUP "${ARG_GIVES}" FIXTURES_REQUIRED "${ARG_NEEDS}")
endfunction()

set(same_compiler -G "${CMAKE_GENERATOR}" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" "-DCMAKE_C_COMPILER=${CMAKE_C_COMPILER}"
  "-DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}")
if(KAHN_SANITIZE)
  list(APPEND same_compiler "-DCMAKE_CXX_FLAGS=-fsanitize=${KAHN_SANITIZE}")
endif()
set(as_package "${PROJECT_BINARY_DIR}/consumer/package")
set(source "${PROJECT_SOURCE_DIR}/test/consumer")

package_test(is_installed GIVES kahn_prefix
  COMMAND "${CMAKE_COMMAND}" --install "${PROJECT_BINARY_DIR}" --prefix "${prefix}")
package_test(is_found_and_linked NEEDS kahn_prefix GIVES kahn_consumer
  COMMAND "${CMAKE_CTEST_COMMAND}" --build-and-test "${source}" "${as_package}" --build-generator "${CMAKE_GENERATOR}"
    --build-options ${same_compiler} "-DCMAKE_PREFIX_PATH=${prefix}" -DKAHN_AS=package)
package_test(runs_a_pipeline NEEDS kahn_consumer COMMAND "${as_package}/consumer" "${as_package}")
package_test(core_runs_a_pipeline NEEDS kahn_consumer COMMAND "${as_package}/consumer_of_core" "${as_package}")
set_tests_properties(package/runs_a_pipeline package/core_runs_a_pipeline PROPERTIES
  PASS_REGULAR_EXPRESSION "success: hello from greet")
package_test(installed_command_runs NEEDS kahn_prefix
  COMMAND "${prefix}/${CMAKE_INSTALL_BINDIR}/kahn" validate "${PROJECT_SOURCE_DIR}/apps/examples/hello.yaml")
# Configuring is enough here: the same sources were built a moment ago.
package_test(is_taken_in_as_a_folder
  COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${PROJECT_BINARY_DIR}/consumer/folder" ${same_compiler}
    -DKAHN_AS=folder "-DKAHN_SOURCE=${PROJECT_SOURCE_DIR}")
