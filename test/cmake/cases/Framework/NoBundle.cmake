pyembed_install(FRAMEWORK)
