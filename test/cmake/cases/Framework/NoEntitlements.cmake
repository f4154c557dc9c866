pyembed_install(FRAMEWORK BUNDLE Case.app ENTITLEMENTS gone.plist)
