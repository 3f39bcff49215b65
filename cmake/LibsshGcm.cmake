# Sets GODWIT_LIBSSH_CHECKS_GCM: whether this libssh verifies the tags of AES-GCM
# packets (CVE-2026-59847). Fixed in 0.11.5 and 0.12.1; Debian 12 patched its
# 0.10.6, which shows in the package's version alone.
set(GODWIT_LIBSSH_CHECKS_GCM FALSE)
if(libssh_VERSION VERSION_GREATER_EQUAL 0.12.1)
  set(GODWIT_LIBSSH_CHECKS_GCM TRUE)
elseif(libssh_VERSION VERSION_GREATER_EQUAL 0.11.5 AND libssh_VERSION VERSION_LESS 0.12)
  set(GODWIT_LIBSSH_CHECKS_GCM TRUE)
elseif(libssh_VERSION VERSION_EQUAL 0.10.6)
  find_program(GODWIT_DPKG_QUERY dpkg-query)
  find_program(GODWIT_DPKG dpkg)
  if(GODWIT_DPKG_QUERY AND GODWIT_DPKG)
    execute_process(COMMAND ${GODWIT_DPKG_QUERY} -W -f "\${Version}" libssh-4
                    OUTPUT_VARIABLE libssh_package ERROR_QUIET RESULT_VARIABLE query_result)
    if(query_result EQUAL 0)
      execute_process(COMMAND ${GODWIT_DPKG} --compare-versions "${libssh_package}" ge "0.10.6-0+deb12u3"
                      RESULT_VARIABLE is_older)
      if(is_older EQUAL 0)
        set(GODWIT_LIBSSH_CHECKS_GCM TRUE)
      endif()
    endif()
  endif()
endif()
if(NOT GODWIT_LIBSSH_CHECKS_GCM)
  message(WARNING "libssh ${libssh_VERSION} does not verify AES-GCM packets (CVE-2026-59847); "
                  "--transport=libssh will use chacha20-poly1305 alone. Upgrade libssh.")
endif()
