pyembed_install(COMPONENT)
