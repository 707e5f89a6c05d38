# Flags shared by all of our targets.
add_library(strata_options INTERFACE)
target_compile_options(strata_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  # clang finds that names of one file shadow those of another, where several are compiled together; lint reads each alone.
  $<$<AND:$<CXX_COMPILER_ID:Clang>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-shadow>
  -ffp-contract=off  # every fused multiply-add is written as one: docs/numerics.md
  $<$<BOOL:${STRATA_WERROR}>:-Werror>)
target_include_directories(strata_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
if(STRATA_SANITIZE)
  target_compile_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE} -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer "$<$<CONFIG:Debug>:-O1;-g1>")
  target_link_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE})
endif()

# strata_folder(NAME [IN FOLDER] [APART folder …] [EXCEPT a.cpp …] USES libraries …): the target strata_NAME of this
# folder, or of FOLDER in it, and those below it, but for those that are targets of their own.
function(strata_folder name)
  cmake_parse_arguments(arg "" "IN" "APART;EXCEPT;USES" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR})
  if(arg_IN)
    string(APPEND folder /${arg_IN})
  endif()
  file(GLOB_RECURSE sources RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS ${folder}/*.cpp)
  foreach(apart IN LISTS arg_APART)
    list(FILTER sources EXCLUDE REGEX "^${apart}/")
  endforeach()
  if(arg_EXCEPT)
    list(REMOVE_ITEM sources ${arg_EXCEPT})
  endif()
  add_library(strata_${name} STATIC ${sources})
  target_link_libraries(strata_${name} PUBLIC strata_options ${arg_USES})
endfunction()
