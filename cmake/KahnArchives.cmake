# The kahn command with what others wrote inside it: starting a dozen shared libraries takes longer than starting the command.
#
# A target with the property KAHN_LINKS_ARCHIVES gets the archive (libssl.a) of each library that a module links wherever all
# of those are found. libc stays shared: it looks up names by modules of its own.
#
# What is linked in is not updated with the system: KAHN_LINK_ARCHIVES=OFF links libraries as everything else does.
set(KAHN_LINK_ARCHIVES_default OFF)
if(KAHN_BUILD_APPS AND CMAKE_BUILD_TYPE MATCHES "^(Release|MinSizeRel)$" AND NOT KAHN_SANITIZE)
  set(KAHN_LINK_ARCHIVES_default ON)
endif()
option(KAHN_LINK_ARCHIVES "Link archives of libraries into the kahn command, where there are any" ${KAHN_LINK_ARCHIVES_default})

include(CheckSourceCompiles)

# By the target that modules name: the archives that stand in for it, in the order of linking.
set(kahn_archive_targets Boost::json Boost::filesystem OpenSSL::SSL OpenSSL::Crypto yaml-cpp::yaml-cpp pugixml::pugixml SQLiteCpp)
set(kahn_archives_0 boost_json boost_container)
set(kahn_archives_1 boost_filesystem boost_atomic)
set(kahn_archives_2 ssl crypto)
set(kahn_archives_3 crypto)
set(kahn_archives_4 yaml-cpp)
set(kahn_archives_5 pugixml)
set(kahn_archives_6 SQLiteCpp sqlite3)
# What some builds of an archive need besides, taken where it is found: OpenSSL's can compress (Debian 13's does, 12's does not).
set(kahn_archives_wanted_by_2 zstd z)
set(kahn_archives_wanted_by_3 zstd z)

set(KAHN_HAS_ARCHIVES ${KAHN_LINK_ARCHIVES})
if(KAHN_LINK_ARCHIVES)
  foreach(index RANGE 6)
    set(files "")
    foreach(name IN LISTS kahn_archives_${index})
      find_library(KAHN_ARCHIVE_${name} NAMES "lib${name}.a")
      mark_as_advanced(KAHN_ARCHIVE_${name})
      if(NOT KAHN_ARCHIVE_${name})
        set(KAHN_HAS_ARCHIVES OFF)
        message(STATUS "The kahn command links shared libraries: there is no lib${name}.a")
      endif()
      list(APPEND files "${KAHN_ARCHIVE_${name}}")
    endforeach()
    foreach(name IN LISTS kahn_archives_wanted_by_${index})
      find_library(KAHN_ARCHIVE_${name} NAMES "lib${name}.a")
      mark_as_advanced(KAHN_ARCHIVE_${name})
      if(KAHN_ARCHIVE_${name})
        list(APPEND files "${KAHN_ARCHIVE_${name}}")
      endif()
    endforeach()
    set(kahn_archive_files_${index} ${files})
    if(KAHN_HAS_ARCHIVES)
      add_library(kahn_archive_${index} INTERFACE)
      target_link_libraries(kahn_archive_${index} INTERFACE ${files} Threads::Threads ${CMAKE_DL_LIBS})
      list(GET kahn_archive_targets ${index} target)  # what is compiled stays the same, only the linking differs
      target_compile_definitions(kahn_archive_${index} INTERFACE $<TARGET_PROPERTY:${target},INTERFACE_COMPILE_DEFINITIONS>)
      if(index EQUAL 0)
        target_compile_definitions(kahn_archive_0 INTERFACE $<TARGET_PROPERTY:Boost::container,INTERFACE_COMPILE_DEFINITIONS>)
      endif()
    endif()
  endforeach()
endif()

if(KAHN_HAS_ARCHIVES)  # that OpenSSL's are there does not say that all is there which they were built to need
  if(NOT "${kahn_archive_files_2}" STREQUAL "${KAHN_OPENSSL_ARCHIVES_TRIED}")  # what was missing may have come
    unset(KAHN_OPENSSL_ARCHIVES_LINK CACHE)
    set(KAHN_OPENSSL_ARCHIVES_TRIED "${kahn_archive_files_2}" CACHE INTERNAL "")
  endif()
  set(CMAKE_REQUIRED_INCLUDES ${OPENSSL_INCLUDE_DIR})
  set(CMAKE_REQUIRED_LIBRARIES ${kahn_archive_files_2} Threads::Threads ${CMAKE_DL_LIBS})
  check_source_compiles(CXX "#include <openssl/ssl.h>
int main() { return SSL_CTX_new(TLS_method()) == nullptr ? 1 : 0; }" KAHN_OPENSSL_ARCHIVES_LINK)
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_INCLUDES)
  if(NOT KAHN_OPENSSL_ARCHIVES_LINK)
    set(KAHN_HAS_ARCHIVES OFF)
    message(STATUS "The kahn command links shared libraries: libssl.a and libcrypto.a need more than is found here")
  endif()
endif()

# kahn_or_archives(OUTPUT ITEM...): the same items, each of which turns into its archives where a target wants those
function(kahn_or_archives output)
  set(items "")
  foreach(item IN LISTS ARGN)
    list(FIND kahn_archive_targets "${item}" index)
    if(KAHN_HAS_ARCHIVES AND index GREATER_EQUAL 0)
      set(item "$<IF:$<BOOL:$<TARGET_PROPERTY:KAHN_LINKS_ARCHIVES>>,kahn_archive_${index},${item}>")
    endif()
    list(APPEND items "${item}")
  endforeach()
  set(${output} "${items}" PARENT_SCOPE)
endfunction()
