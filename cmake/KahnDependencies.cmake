find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)  # libcrypto for digests, libssl for the remote client
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS headers json filesystem)
set(KAHN_BOOST_PROCESS "")  # its component, where it is a library
if(Boost_VERSION VERSION_GREATER_EQUAL 1.86)
  find_package(Boost 1.86 CONFIG QUIET OPTIONAL_COMPONENTS process)
  if(TARGET Boost::process)
    set(KAHN_BOOST_PROCESS process)
  endif()
endif()
if(KAHN_BUILD_TESTS)
  find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS unit_test_framework)
endif()
if(KAHN_BUILD_APPS)
  find_package(CLI11 2.1 CONFIG REQUIRED)
endif()

find_package(pugixml 1.12 CONFIG REQUIRED)  # reads what jobs write about their tests
find_package(yaml-cpp 0.7 CONFIG REQUIRED)
if(NOT TARGET yaml-cpp::yaml-cpp)  # 0.7 exports it without a namespace
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
find_package(SQLiteCpp 3.2 CONFIG REQUIRED)  # brings SQLite3
