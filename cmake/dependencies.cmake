# Everything here is a Debian package; the list of package names stands in ./dev.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED CONFIG)
find_package(nlohmann_json REQUIRED CONFIG)
find_package(PkgConfig REQUIRED)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)

# Of the program alone.
if(NOT STRATA_PROGRAM)
  return()
endif()
find_package(OpenMP REQUIRED COMPONENTS CXX)  # oneDNN's own threads; our updates run on the same ones
# Debian 12's dnnl-config.cmake demands OpenCL's headers, which neither its package nor we need: found by hand.
find_path(STRATA_DNNL_INCLUDE_DIR dnnl.hpp REQUIRED)
find_library(STRATA_DNNL_LIBRARY dnnl REQUIRED)
add_library(DNNL::dnnl UNKNOWN IMPORTED)
set_target_properties(DNNL::dnnl PROPERTIES
  IMPORTED_LOCATION ${STRATA_DNNL_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${STRATA_DNNL_INCLUDE_DIR})
find_package(TBB REQUIRED CONFIG)
find_package(cxxopts REQUIRED CONFIG)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
