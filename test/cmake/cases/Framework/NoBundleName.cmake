pyembed_install(FRAMEWORK BUNDLE Case)
