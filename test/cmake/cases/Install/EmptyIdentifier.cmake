pyembed_install(IDENTIFIER)
