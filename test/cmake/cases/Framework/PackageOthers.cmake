set(CPACK_COMPONENTS_ALL doc)
fix_package()
