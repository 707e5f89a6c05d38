# The Debian packages: ./dev package, which builds what they hold. The program is a package, the library another, and what
# is needed to compile with it a third.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "The Strata authors <strata@localhost.localdomain>" CACHE STRING "Maintainer of the package")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "trains multilayer perceptrons on CPUs")
set(CPACK_PACKAGE_DESCRIPTION
"Strata trains multilayer perceptrons from the command line, with a different
optimizer and learning rate for each group of layers. It gives the same bits
on every x86-64 CPU with fused multiply-adds, for any number of threads;
sweeps over options, compares runs, and writes safetensors models and reports
that need no network.")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS dataset-fashion-mnist)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL Unspecified library development)
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_NAME strata)
set(CPACK_DEBIAN_UNSPECIFIED_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libstrata1)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "Strata trains multilayer perceptrons, with a different optimizer and learning
rate for each group of layers. This is its library, whose interface is C's.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_RECOMMENDS "")
# What packages of programs that link with it depend on.
file(WRITE ${CMAKE_BINARY_DIR}/packages/shlibs "libstrata 1 libstrata1 (>= ${PROJECT_VERSION})\n")
file(WRITE ${CMAKE_BINARY_DIR}/packages/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
    ${CMAKE_BINARY_DIR}/packages/shlibs ${CMAKE_BINARY_DIR}/packages/triggers)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libstrata-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libstrata1 (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "The header of Strata's library, and its descriptions for CMake and pkg-config.")
foreach(package libstrata1 libstrata-dev)
  set(component library)
  if(package MATCHES dev)
    set(component development)
  endif()
  install(FILES packaging/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
  strata_zips(${PROJECT_SOURCE_DIR}/packaging/changelog ${package}.changelog.gz
              ${CMAKE_INSTALL_DATADIR}/doc/${package} AS changelog.gz COMPONENT ${component})
endforeach()
include(CPack)
