pyembed_install(COMPONENT "")
