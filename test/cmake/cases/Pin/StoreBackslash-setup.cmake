set(pin "${WORK}/project/.pyembed/pins/x86_64-unknown-linux-gnu.cmake")
file(READ "${pin}" text)
string(REGEX REPLACE "_pyembed_store_entry +\"[^\"]*\"" "_pyembed_store_entry \"${WORK}/a\\\\\\\\b\"" text "${text}")
file(WRITE "${pin}" "${text}")
