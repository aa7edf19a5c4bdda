# What `cmake --install` lays down: headers, the module archives, the kahn command, and a package that find_package(kahn)
# finds, with the targets kahn::kahn, kahn::core and kahn::monitor. lib/process installs kahn-guard beside them, in libexec.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/kahn")

# kahn_core is an interface over one archive a module; the archives go by their own names and are nobody's business.
get_property(modules GLOBAL PROPERTY KAHN_MODULES)
list(TRANSFORM modules PREPEND kahn_ OUTPUT_VARIABLE module_targets)
set_target_properties(kahn_core PROPERTIES EXPORT_NAME core)
set_target_properties(kahn_monitor PROPERTIES EXPORT_NAME monitor)
install(TARGETS kahn kahn_core ${module_targets} EXPORT kahn
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT kahn NAMESPACE kahn:: DESTINATION "${package_dir}" FILE kahn-targets.cmake)

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/kahn-config.cmake.in" "${PROJECT_BINARY_DIR}/kahn-config.cmake"
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/kahn-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/kahn-config.cmake" "${PROJECT_BINARY_DIR}/kahn-config-version.cmake"
  DESTINATION "${package_dir}")

if(TARGET kahn_program)
  install(TARGETS kahn_program RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
