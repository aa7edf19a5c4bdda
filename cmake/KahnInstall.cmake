# What `cmake --install` lays down: headers, libkahn, a package that find_package(kahn) finds and one for pkg-config, the
# kahn command and kahn-guard in libexec. Everything finds its parts by where it is itself, so that the prefix may be moved.
# The component `kahn` is the command and kahn-guard, `library` libkahn.so, `dev` what building needs, `local` what Debian's own
# packages have elsewhere.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/kahn")

set(kinds static)
if(TARGET kahn_shared)
  list(APPEND kinds shared)
endif()
foreach(kind IN LISTS kinds)
  install(TARGETS kahn_${kind} EXPORT kahn_${kind}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT dev
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library NAMELINK_COMPONENT dev
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT kahn_${kind} NAMESPACE kahn:: DESTINATION "${package_dir}" FILE kahn-${kind}.cmake COMPONENT dev)
endforeach()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/kahn" "${PROJECT_BINARY_DIR}/include/kahn"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT dev FILES_MATCHING PATTERN "*.hpp")

set(guard_path "${CMAKE_INSTALL_LIBEXECDIR}/kahn/kahn-guard")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/kahn-config.cmake.in" "${PROJECT_BINARY_DIR}/kahn-config.cmake"
  INSTALL_DESTINATION "${package_dir}" PATH_VARS guard_path)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/kahn-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/kahn-config.cmake" "${PROJECT_BINARY_DIR}/kahn-config-version.cmake"
  DESTINATION "${package_dir}" COMPONENT dev)

# Boost and SQLiteCpp have no pkg-config files: they go by name.
set(pc_static "-lboost_filesystem -lSQLiteCpp -ldl")
if(KAHN_BOOST_PROCESS)
  string(PREPEND pc_static "-lboost_process ")
endif()
set(pc_requires "libssl >= 3.0 libcrypto >= 3.0 pugixml >= 1.12 sqlite3 yaml-cpp >= 0.7")
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" OUTPUT_VARIABLE pc_prefix)
if(TARGET kahn_shared)
  set(pc_requires_field "Requires.private: ${pc_requires}")
  set(pc_libs_field "Libs: -L\${libdir} -lkahn -lboost_json -pthread\nLibs.private: ${pc_static}")
else()
  set(pc_requires_field "Requires: ${pc_requires}")
  set(pc_libs_field "Libs: -L\${libdir} -lkahn -lboost_json ${pc_static} -pthread")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/kahn.pc.in" "${PROJECT_BINARY_DIR}/kahn.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/kahn.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT dev)

if(TARGET kahn_program)
  set(component kahn)
  if(KAHN_HAS_ARCHIVES)  # a distribution's package does not want what it has in it: KahnPackage
    set(component local)
  endif()
  install(TARGETS kahn_program RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${component})
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT local)
