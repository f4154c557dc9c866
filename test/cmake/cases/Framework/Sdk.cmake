pyembed_install(FRAMEWORK SDK)
