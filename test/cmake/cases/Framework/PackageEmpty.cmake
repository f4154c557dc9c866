stage(Case.app another-pin)
fix_package()
