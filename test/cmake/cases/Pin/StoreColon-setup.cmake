set(pin "${WORK}/project/.pyembed/pins/x86_64-unknown-linux-gnu.cmake")
file(READ "${pin}" text)
string(REGEX REPLACE "PYEMBED_STORE_ENTRY +\"[^\"]*\"" "PYEMBED_STORE_ENTRY \"${WORK}/a:b\"" text "${text}")
file(WRITE "${pin}" "${text}")
