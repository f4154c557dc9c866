stage(app/Case.app a-pin)
stage(extra/Case.app)
fix_package()
