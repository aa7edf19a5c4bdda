# Writes the linker's version script of libkahn.so: visible is what the public headers declare, hidden is everything else,
# above all what Boost and the standard library put into these objects.
#   HEADERS  the folder of the public headers
#   OUTPUT   the script
#
# The headers are laid out so that only what stands in a namespace begins in the first column.
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE headers "${HEADERS}/*.hpp")
set(names "")
foreach(header IN LISTS headers)
  file(READ "${header}" text)
  string(REGEX REPLACE "[][;\\]" " ;" text "${text}")
  string(REGEX REPLACE ";" "," text "${text}")
  string(REPLACE "\n" ";" lines "${text}")
  set(scopes "")
  set(is_in_body FALSE)
  foreach(line IN LISTS lines)
    if(line MATCHES "^namespace ([a-z_:]+) {[^}]*$")
      list(APPEND scopes "${CMAKE_MATCH_1}")
    elseif(line MATCHES "^[^ ].*{$")
      set(is_in_body TRUE)
    elseif(line MATCHES "^}")
      if(NOT is_in_body)
        list(POP_BACK scopes)
      endif()
      set(is_in_body FALSE)
    endif()
    list(JOIN scopes "::" scope)
    if(NOT scope MATCHES "^kahn")
      continue()
    elseif(line MATCHES "^(class|struct) ([A-Za-z_]+)[^,]*{")
      set(type "${scope}::${CMAKE_MATCH_2}")
      list(APPEND names "${type}::*" "vtable for ${type}" "typeinfo for ${type}" "typeinfo name for ${type}")
    elseif(line MATCHES "^[A-Za-z].* operator")
      list(APPEND names "${scope}::operator*")
    elseif(NOT line MATCHES "^(template|using|static_assert)" AND line MATCHES "^[A-Za-z].*[ &*]([a-z_0-9]+)[(]")
      list(APPEND names "${scope}::${CMAKE_MATCH_1}[!a-zA-Z0-9_]*")  # the linker takes no parenthesis
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES names)
list(SORT names)
list(LENGTH names count)
if(count LESS 50)
  message(FATAL_ERROR "only ${count} names were found in the headers below ${HEADERS}")
endif()
set(patterns "")
foreach(name IN LISTS names)
  if(name MATCHES "[*?]")  # a quoted name is taken literally, and only that may hold blanks
    string(REPLACE " " "?" name "${name}")
    string(APPEND patterns "      ${name};\n")
  else()
    string(APPEND patterns "      \"${name}\";\n")
  endif()
endforeach()
file(WRITE "${OUTPUT}" "{
  global:
    extern \"C++\" {
${patterns}      # by these, Asio in the program and Asio in here know of each other's running loops
      boost::asio::detail::call_stack*;
      boost::asio::detail::keyword_tss_ptr*;
    };
  local: *;
};
")
