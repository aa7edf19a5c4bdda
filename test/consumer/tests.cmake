# What others do with this project: install it, move it, find it as a package or by pkg-config, put it on a Debian, take it in
# as a folder. Each of them runs a pipeline in the end that fails unless kahn-guard is found.
set(consumer_dir "${PROJECT_BINARY_DIR}/consumer")
set(prefix "${consumer_dir}/moved")
set(consumer_source "${PROJECT_SOURCE_DIR}/test/consumer")
set(greeting "kahn ${PROJECT_VERSION}, success: hello from greet")

# package_test(NAME [NEEDS fixture...] [GIVES fixture] [PASSES regex] COMMAND ...)
function(package_test name)
  cmake_parse_arguments(ARG "" "GIVES;PASSES" "NEEDS;COMMAND" ${ARGN})
  add_test(NAME package/${name} COMMAND ${ARG_COMMAND})
  set_tests_properties(package/${name} PROPERTIES LABELS package TIMEOUT 1800
    FIXTURES_SETUP "${ARG_GIVES}" FIXTURES_REQUIRED "${ARG_NEEDS}")
  if(ARG_PASSES)
    set_tests_properties(package/${name} PROPERTIES PASS_REGULAR_EXPRESSION "${ARG_PASSES}")
  endif()
endfunction()

set(same_compiler -G "${CMAKE_GENERATOR}" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" "-DCMAKE_C_COMPILER=${CMAKE_C_COMPILER}"
  "-DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}")
set(sanitize_flags "")
if(KAHN_SANITIZE)
  set(sanitize_flags "-fsanitize=${KAHN_SANITIZE}")
  list(APPEND same_compiler "-DCMAKE_CXX_FLAGS=${sanitize_flags}")
endif()

# Installed at one place, used at another.
package_test(is_installed_and_moved GIVES kahn_prefix
  COMMAND "${CMAKE_COMMAND}" "-DBUILD=${PROJECT_BINARY_DIR}" "-DFIRST=${consumer_dir}/first" "-DTHEN=${prefix}"
    -P "${consumer_source}/InstallAndMove.cmake")
package_test(installed_command_runs NEEDS kahn_prefix PASSES "guard +${prefix}/${CMAKE_INSTALL_LIBEXECDIR}/kahn/kahn-guard"
  COMMAND "${prefix}/${CMAKE_INSTALL_BINDIR}/kahn" doctor)

set(kinds static)
if(TARGET kahn_shared)
  list(APPEND kinds shared)
endif()
foreach(kind IN LISTS kinds)
  set(built "${consumer_dir}/${kind}")
  package_test(${kind}_is_found_and_linked NEEDS kahn_prefix GIVES kahn_${kind}_consumer
    COMMAND "${CMAKE_CTEST_COMMAND}" --build-and-test "${consumer_source}" "${built}" --build-generator "${CMAKE_GENERATOR}"
      --build-options ${same_compiler} "-DCMAKE_PREFIX_PATH=${prefix}" -DKAHN_AS=package -DKAHN_KIND=${kind})
  package_test(${kind}_runs_a_pipeline NEEDS kahn_${kind}_consumer PASSES "${greeting}" COMMAND "${built}/consumer" "${built}")
endforeach()
if(TARGET kahn_shared)
  package_test(shared_shows_its_interface_only NEEDS kahn_prefix
    COMMAND "${CMAKE_COMMAND}" "-DNM=${CMAKE_NM}" "-DLIBRARY=${prefix}/${CMAKE_INSTALL_LIBDIR}/libkahn.so"
      -P "${consumer_source}/CheckSymbols.cmake")
endif()
package_test(pkg_config_knows_what_to_link NEEDS kahn_prefix PASSES "${greeting}.*${greeting}"
  COMMAND "${CMAKE_COMMAND}" "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DSOURCE=${consumer_source}/main.cpp"
    "-DPACKAGES=${prefix}/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "-DOUTPUT=${consumer_dir}/pkgconfig" "-DSHARED=$<TARGET_EXISTS:kahn_shared>"
    "-DFLAGS=${sanitize_flags}"
    -P "${consumer_source}/UsePkgConfig.cmake")
package_test(is_a_debian_package PASSES "guard +[^ ]*/usr/libexec/kahn/kahn-guard.*ok in "
  COMMAND "${CMAKE_COMMAND}" "-DBUILD=${PROJECT_BINARY_DIR}" "-DCPACK=${CMAKE_CPACK_COMMAND}" "-DOUTPUT=${consumer_dir}/debian"
    -P "${consumer_source}/MakeDebianPackage.cmake")

# By FetchContent. Configuring is enough here: the same sources were built a moment ago. The label `soak` builds it, too.
set(folder "${consumer_dir}/folder")
set(as_folder ${same_compiler} -DKAHN_AS=folder "-DKAHN_SOURCE=${PROJECT_SOURCE_DIR}")
package_test(is_taken_in_as_a_folder GIVES kahn_folder COMMAND "${CMAKE_COMMAND}" -S "${consumer_source}" -B "${folder}" ${as_folder})
package_test(folder_is_built NEEDS kahn_folder GIVES kahn_folder_consumer
  COMMAND "${CMAKE_COMMAND}" --build "${folder}" --target consumer)
package_test(folder_runs_a_pipeline NEEDS kahn_folder_consumer PASSES "${greeting}" COMMAND "${folder}/consumer" "${folder}")
set_tests_properties(package/folder_is_built package/folder_runs_a_pipeline PROPERTIES LABELS "package;soak")
