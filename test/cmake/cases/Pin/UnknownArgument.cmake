include("${pyembed}/pyembed.cmake")
pyembed_external_project_args(args x)
