file(APPEND "${WORK}/project/pyembed.toml" "id = \"x\"\n")
