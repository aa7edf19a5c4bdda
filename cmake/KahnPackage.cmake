# `cpack -G DEB` makes three packages for Debian: `kahn`, the command with kahn-guard; `libkahn0.1`, or whatever its SOVERSION is,
# the shared library; `libkahn-dev`, what building with it needs.
#
# What Debian wants to see beside what is installed anyway stands here and in debian/; `cmake --install` leaves it out.
if(NOT TARGET kahn_program OR NOT TARGET kahn_shared)
  return()  # one of them would be empty
endif()
set(debian "${PROJECT_SOURCE_DIR}/cmake/debian")
set(maintainer "The kahn project <kahn@packages.invalid>")
set(full_version "${PROJECT_VERSION}-1")
set(library_package "libkahn${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${maintainer}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_COMPONENTS_ALL kahn library dev)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/debian/Compress.cmake")
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")

set(CPACK_DEBIAN_KAHN_PACKAGE_NAME kahn)
set(CPACK_DEBIAN_KAHN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_KAHN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_KAHN_DESCRIPTION "pipeline engine for this machine and GitHub Actions
Runs the jobs of a pipeline file as concurrently as their dependencies
allow, contains every process they start, and remembers every run.
It also starts and watches workflows on GitHub Actions.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME "${library_package}")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA "${debian}/triggers")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "kahn (= ${full_version})")  # kahn-guard
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "pipeline engine as a library on Boost.Asio (shared library)
Runs pipelines on an io_context of the program that embeds it, as
cancellable coroutines, and drives workflows on GitHub Actions.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libkahn-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "${library_package} (= ${full_version}), libboost-json-dev (>= 1.81) | libboost-json1.81-dev, libboost-filesystem-dev (>= 1.81) | libboost-filesystem1.81-dev, libssl-dev, libyaml-cpp-dev, libsqlitecpp-dev, libsqlite3-dev, libpugixml-dev, zlib1g-dev")
set(CPACK_DEBIAN_DEV_DESCRIPTION "pipeline engine as a library on Boost.Asio (development files)
Headers, the static library, and packages for CMake and pkg-config,
for programs that run pipelines on an io_context of their own.")

# What every package has in its folder of documents. Compress.cmake compresses what Debian wants compressed.
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH, if that is set
configure_file("${debian}/changelog.in" "${PROJECT_BINARY_DIR}/debian/changelog.Debian" @ONLY)
file(STRINGS "${PROJECT_SOURCE_DIR}/LICENSE" licence)
list(TRANSFORM licence PREPEND " ")
list(TRANSFORM licence REPLACE "^ $" " .")
list(JOIN licence "\n" licence)
configure_file("${debian}/copyright.in" "${PROJECT_BINARY_DIR}/debian/copyright" @ONLY)
set(packages kahn "${library_package}" libkahn-dev)
foreach(component package IN ZIP_LISTS CPACK_COMPONENTS_ALL packages)
  install(FILES "${PROJECT_BINARY_DIR}/debian/changelog.Debian" "${PROJECT_BINARY_DIR}/debian/copyright"
    DESTINATION "share/doc/${package}" COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()
install(FILES "${debian}/kahn.lintian-overrides" DESTINATION share/lintian/overrides RENAME kahn COMPONENT kahn EXCLUDE_FROM_ALL)
install(FILES "${PROJECT_BINARY_DIR}/texts/_kahn" DESTINATION share/zsh/vendor-completions COMPONENT kahn EXCLUDE_FROM_ALL)

# A command of the same objects that takes its libraries from the system, which keeps them up to date.
if(KAHN_HAS_ARCHIVES)
  add_executable(kahn_packaged $<TARGET_OBJECTS:kahn_program>)
  target_link_libraries(kahn_packaged PRIVATE kahn_modules CLI11::CLI11)
  set_target_properties(kahn_packaged PROPERTIES OUTPUT_NAME kahn LINKER_LANGUAGE CXX
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/debian")
  install(TARGETS kahn_packaged RUNTIME DESTINATION bin COMPONENT kahn EXCLUDE_FROM_ALL)
endif()

include(CPack)
