# The library as users get it: kahn::core runs pipelines here, kahn::remote drives GitHub, kahn::monitor tells what runs came
# to, kahn::kahn is all of them.
#
# A project that takes kahn in as a folder links the module archives. What is installed is one library of the very same
# objects: libkahn.a, and libkahn.so where KAHN_BUILD_SHARED says so. With BUILD_SHARED_LIBS the targets above are libkahn.so
# in a folder, too.
#
# What libkahn.so shows is decided by its public headers (ExportMap.cmake), not by a macro in each of them.
include(CMakeDependentOption)
cmake_dependent_option(KAHN_BUILD_SHARED "Build libkahn.so beside libkahn.a" "${KAHN_INSTALL}" "NOT BUILD_SHARED_LIBS" ON)

get_property(modules GLOBAL PROPERTY KAHN_MODULES)
get_property(private_links GLOBAL PROPERTY KAHN_PRIVATE_LINKS)
get_property(public_links GLOBAL PROPERTY KAHN_PUBLIC_LINKS)
list(REMOVE_DUPLICATES private_links)
list(REMOVE_DUPLICATES public_links)
list(TRANSFORM modules REPLACE "(.+)" "$<TARGET_OBJECTS:kahn_\\1>" OUTPUT_VARIABLE objects)
list(TRANSFORM modules PREPEND kahn_ OUTPUT_VARIABLE module_targets)

# What programs of this tree link: they know the modules from inside.
add_library(kahn_modules INTERFACE)
target_link_libraries(kahn_modules INTERFACE ${module_targets})

# kahn_library(NAME KIND): every object of every module in one library
function(kahn_library name kind)
  add_library(${name} ${kind} ${objects})
  target_link_libraries(${name} PUBLIC ${public_links} PRIVATE ${private_links})
  target_include_directories(${name} INTERFACE
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include;${PROJECT_BINARY_DIR}/include>")
  target_compile_features(${name} INTERFACE cxx_std_20)
  set_target_properties(${name} PROPERTIES OUTPUT_NAME kahn LINKER_LANGUAGE CXX)
endfunction()

if(KAHN_INSTALL)
  kahn_library(kahn_static STATIC)
  set_target_properties(kahn_static PROPERTIES EXPORT_NAME static_library)
endif()
if(KAHN_BUILD_SHARED)
  kahn_library(kahn_shared SHARED)
  # Nothing is visible but what the public headers declare, and before 1.0 a minor version is another interface.
  set(export_map "${PROJECT_BINARY_DIR}/kahn.map")
  file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/kahn/*.hpp")
  add_custom_command(OUTPUT "${export_map}" VERBATIM
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${export_map}" "-DHEADERS=${PROJECT_SOURCE_DIR}/include"
      -P "${PROJECT_SOURCE_DIR}/cmake/ExportMap.cmake"
    DEPENDS "${PROJECT_SOURCE_DIR}/cmake/ExportMap.cmake" ${public_headers})
  add_custom_target(kahn_export_map DEPENDS "${export_map}")
  add_dependencies(kahn_shared kahn_export_map)
  target_link_options(kahn_shared PRIVATE "LINKER:--version-script=${export_map}")
  if(NOT KAHN_SANITIZE)  # whose runtime is in the program
    target_link_options(kahn_shared PRIVATE LINKER:--no-undefined)
  endif()
  set_target_properties(kahn_shared PROPERTIES EXPORT_NAME shared_library LINK_DEPENDS "${export_map}"
    VERSION "${PROJECT_VERSION}" SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
endif()

# kahn_component(NAME MODULE): the target kahn::NAME
function(kahn_component name module)
  add_library(kahn_component_${name} INTERFACE)
  if(BUILD_SHARED_LIBS)
    target_link_libraries(kahn_component_${name} INTERFACE kahn_shared)
  else()
    target_link_libraries(kahn_component_${name} INTERFACE kahn_${module})
  endif()
  add_library(kahn::${name} ALIAS kahn_component_${name})
endfunction()
kahn_component(core manager)
kahn_component(remote manager)
kahn_component(monitor monitor)
add_library(kahn INTERFACE)
target_link_libraries(kahn INTERFACE kahn::core kahn::remote kahn::monitor)
add_library(kahn::kahn ALIAS kahn)
